"""Quintet: a language server that repairs and refactors code with the user's own models.

The upper half: editor, workspace, repair. Engines and learning live in `quintet_models`.
"""

__version__ = "0.1.0"
