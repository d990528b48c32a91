"""A conversation written the way a model was trained to read it: the Jinja template of its GGUF file.

Lives in the worker process only; knows nothing of engines.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from quintet_models.messages import Message, ToolSpec

_FAILURES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""A template is a program: it can fail in every way that one can."""


class UnusableError(Exception):
    """The template cannot be read, or refuses these messages; the message says why."""


class ChatTemplate:
    """A compiled template. It is data from a model file, hence the sandbox. Raises `UnusableError`."""

    def __init__(self, source: str, *, bos: str, eos: str) -> None:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.filters["tojson"] = _to_json
        environment.globals.update(raise_exception=_refuse, strftime_now=_now, bos_token=bos, eos_token=eos)
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            raise UnusableError(f"The model's chat template cannot be read: {error}.") from error
        self.knows_tools = "tools" in source

    def render(self, messages: Sequence[Message], tools: Sequence[ToolSpec], *, thinking: bool) -> str:
        """The prompt, up to where the assistant begins to speak. Raises `UnusableError`."""
        try:
            return self._template.render(
                messages=[_message(message) for message in messages],
                tools=[_tool(tool) for tool in tools] or None,
                add_generation_prompt=True,
                enable_thinking=thinking,
            )
        except _FAILURES as error:
            raise UnusableError(f"The model's chat template refuses these messages: {error}.") from error


def _message(message: Message) -> dict[str, object]:
    out: dict[str, object] = {"role": message.role, "content": message.content}
    if message.tool_call_id:
        out["tool_call_id"] = message.tool_call_id
    if message.tool_calls:
        out["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call.arguments)},
            }
            for call in message.tool_calls
        ]
    return out


def _tool(tool: ToolSpec) -> dict[str, object]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _arguments(text: str) -> object:
    """Templates write arguments out as JSON themselves; what is no JSON stays text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _to_json(value: Any, indent: int | None = None, **_: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> None:
    raise TemplateError(message)


def _now(layout: str) -> str:
    return datetime.now().astimezone().strftime(layout)
