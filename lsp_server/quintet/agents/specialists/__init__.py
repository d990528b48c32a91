"""The five specialists: each reads the blackboard, does one act, and leaves a report.

They do not know one another; the policy decides who acts, the controller lets them.
"""
