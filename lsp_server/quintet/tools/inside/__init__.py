"""Programs that run inside the sandbox, most of them under the user's own Python.

The folder is copied beside the shadow as the package `quintet_inside`: standard library only, Python 3.8 and
later, nothing of ours imported from outside it, and no top-level names a user's module could collide with.
"""
