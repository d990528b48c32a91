"""The pipeline: specialists, the loop that lets them act, and what they say to models.

Knows nothing of editors, nor of any concrete engine.
"""
