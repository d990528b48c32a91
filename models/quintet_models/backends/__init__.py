"""Engines that run models, behind one face."""

from quintet_models.backends.base import (
    Backend,
    BackendError,
    Profile,
    ScoreRequest,
    Scores,
    UnsupportedError,
)
from quintet_models.backends.handshake import connect

__all__ = ["Backend", "BackendError", "Profile", "ScoreRequest", "Scores", "UnsupportedError", "connect"]
