"""How each language names the files it imports: one module a language or family, used through `modules`.

Paths and configuration texts come in as values; nothing here reads a disk, a tree or an index.
"""
