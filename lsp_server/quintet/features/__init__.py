"""What the server does for an editor, one feature a module: convert, one call into the core, convert back.

A feature knows the edge and the sessions; it does not know its siblings, and is removed by deleting its file.
"""
