"""The neighbourhood of a program: its single edits, the Coder's source of candidates that needs no model."""

from quintet.agents.neighbourhood.candidate import Candidate
from quintet.agents.neighbourhood.generate import neighbours
from quintet.agents.neighbourhood.vocabulary import Vocabulary, read_vocabulary

__all__ = ["Candidate", "Vocabulary", "neighbours", "read_vocabulary"]
