"""The user's files: text, trees, symbols, and what to search them by.

Pure: no processes, no network, no event loop, and nothing of ours above it.
"""
