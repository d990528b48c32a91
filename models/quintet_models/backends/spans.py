"""Which tokens two nearly equal texts must be compared on.

Pure; tokens are whatever can be compared: ids here, spellings there.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Both texts are summed from token `start`, the base up to `base_end`, the variant up to `end`."""

    start: int
    base_end: int
    end: int

    @property
    def empty(self) -> bool:
        """Whether the texts are the same."""
        return self.end == self.start == self.base_end


def span(base: Sequence[object], variant: Sequence[object], window: int) -> Span:
    """From the first differing token to `window` tokens past the last; empty for equal texts."""
    shorter = min(len(base), len(variant))
    start = next((i for i in range(shorter) if base[i] != variant[i]), shorter)
    if start == len(base) == len(variant):
        return Span(start, start, start)
    most = shorter - start  # the common end must not reach into the common beginning
    suffix = next((i for i in range(most) if base[-1 - i] != variant[-1 - i]), most)
    follow = min(window, suffix)
    return Span(start, len(base) - suffix + follow, len(variant) - suffix + follow)
