"""From what a model is to how it is used: the one table behind every handshake.

Knows no engine.
"""

import re
from typing import Literal

from quintet_models.backends.base import EditFormat, Profile

CAPABLE_PARAMETERS = 3e9
SMALL_PARAMETERS = 1e9

_SIZE_IN_NAME = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)\s?([bm])(?![a-z0-9])", re.IGNORECASE)


def profile_for(  # noqa: PLR0913  every field is a fact of its own
    *,
    engine: str,
    model: str,
    context_tokens: int,
    parameters: int | None,
    chat: bool,
    scores: bool,
    grammar: bool,
    tools: Literal["native", "text", "none"],
    follows_format: bool = False,
) -> Profile:
    """Choose edit format and samples. `follows_format`: it wrote a flawless edit block when asked for one.

    A model of unknown size is believed what it has shown; a model of known size is judged by it, because a
    tiny one can repeat a short example and still spoil every real edit.
    """
    capable = follows_format if parameters is None else parameters >= CAPABLE_PARAMETERS
    return Profile(
        engine=engine,
        model=model,
        context_tokens=context_tokens,
        parameters=parameters,
        chat=chat,
        scores=scores,
        grammar=grammar,
        tools=tools,
        capable=capable and chat,
        edit_format=_edit_format(capable and chat, parameters),
        samples=4 if capable else 8,
    )


def _edit_format(capable: bool, parameters: int | None) -> EditFormat:  # noqa: FBT001
    if capable:
        return "search_replace"
    if parameters is not None and parameters < SMALL_PARAMETERS:
        return "infill"
    return "unit"


def parameters_in_name(name: str) -> int | None:
    """Parameters as a model's name gives them: `Qwen2.5-Coder-7B-Instruct`, `SmolLM2-135M`, `qwen3:0.6b`."""
    sizes = [float(n) * (1e9 if unit in "bB" else 1e6) for n, unit in _SIZE_IN_NAME.findall(name)]
    return int(max(sizes)) if sizes else None
