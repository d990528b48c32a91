"""`quintet eval`: lay tasks out, let the pipeline repair them, judge with tests it never saw, report.

Knows the pipeline and the sandbox from outside, as a user does; it never starts an engine itself and nothing
imports it but the command line.
"""
