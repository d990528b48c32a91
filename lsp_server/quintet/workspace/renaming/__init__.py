"""What a rename needs to know of each language: where a name stands, and which of the places mean the same.

Trees and texts come in, places come out; nothing here makes an edit.
"""
