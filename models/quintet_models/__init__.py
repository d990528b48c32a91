"""Engines and learning: what talks to models, records what they did, and (later) trains them."""
