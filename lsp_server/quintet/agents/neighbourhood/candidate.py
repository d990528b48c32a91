"""Candidates, and how likely each kind of edit is before anybody has looked at the code.

Values and one table; nothing here reads a tree.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quintet.workspace.edits import Edit


@dataclass(frozen=True, slots=True)
class Candidate:
    """One single edit.

    `kind` is a row of `RATES`; `description` says it in a line ("line 12: `<` → `<=`"); `prior` is a natural
    logarithm, comparable across candidates and additive over edits; `line` counts from 1 in the text the edit
    was made for.
    """

    edit: Edit
    kind: str
    description: str
    prior: float
    line: int


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator proposes: `text` for `[start, end)`, likelier by `weight` than its siblings."""

    kind: str
    start: int
    end: int
    text: str
    weight: float = 1.0


# How often a repair of a small function is of this kind, per place where it could apply. Hand-set: the order
# follows the counts of single-statement fixes in ManySStuBs4J and PySStuBs (wrong identifier, wrong function
# name, numeric literal, more/less specific condition, operator, ...) and the yields that mutation and repair
# papers give their operators.
RATES: Mapping[str, float] = MappingProxyType(
    {
        "comparison": 0.120,
        "arithmetic": 0.090,
        "augmented": 0.070,
        "logic": 0.060,
        "negation": 0.050,
        "number": 0.090,
        "truth": 0.080,
        "string": 0.050,
        "name": 0.080,
        "function": 0.060,
        "method": 0.080,
        "bound": 0.090,
        "index": 0.060,
        "slice": 0.070,
        "argument": 0.050,
        "swap arguments": 0.030,
        "swap operands": 0.040,
        "drop operand": 0.050,
        "unwrap call": 0.040,
        "wrap call": 0.030,
        "offset": 0.030,
        "sign": 0.020,
        "term": 0.010,
        "donor": 0.025,
        "condition": 0.030,
        "conjunct": 0.020,
        "branch": 0.020,
        "guard": 0.040,
        "return": 0.030,
        "exception": 0.050,
        "jump": 0.050,
        "delete": 0.030,
        "unwrap": 0.020,
        "move": 0.030,
        "swap statements": 0.020,
        "enclose": 0.010,
        "copy": 0.006,
        "filter": 0.015,
        "collection": 0.015,
    }
)


# The weight that a kind usually has at a place: where less is proposed, what is proposed is not likelier.
_USUAL: Mapping[str, float] = MappingProxyType(
    {
        "wrap call": 10.0,
        "donor": 4.0,
        "name": 4.0,
        "term": 4.0,
        "enclose": 4.0,
        "conjunct": 8.0,
        "guard": 10.0,
    }
)


def log_prior(kind: str, weight: float, total: float) -> float:
    """The prior of a change of `weight` where its kind has `total` at its place."""
    return math.log(RATES[kind] * weight / max(total, _USUAL.get(kind, 1.0)))
