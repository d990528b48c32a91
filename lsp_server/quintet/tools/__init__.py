"""What is done to the world on a repair's behalf: commands run confined, patches tried, verdicts given.

A verdict must not depend on who wrote the patch: nothing here knows of agents, and of models only messages.
"""
