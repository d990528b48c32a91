"""Keeps the index of a workspace on disk and in step with it, in processes of its own.

`keeper` is the server's end, `__main__` the indexer process, `crew` its parsers. Nothing here knows an
editor, a model or a repair.
"""
