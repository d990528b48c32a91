"""A conversation reads the way the model was trained, and a template cannot do more than write."""

import pytest

from quintet_models.backends.chat_template import ChatTemplate, UnusableError
from quintet_models.messages import Message, ToolCall, ToolSpec

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def render(source: str, *messages: Message, tools: tuple[ToolSpec, ...] = (), thinking: bool = False) -> str:
    return ChatTemplate(source, bos="<s>", eos="</s>").render(messages, tools, thinking=thinking)


def test_a_conversation_ends_where_the_assistant_begins() -> None:
    assert render(CHATML, Message("system", "Be brief."), Message("user", "Hi")) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )


def test_tools_and_calls_reach_the_template() -> None:
    source = (
        "{{ bos_token }}{{ tools | tojson }}{% for m in messages %}"
        "{% for c in m.tool_calls or [] %}{{ c.function.name }}={{ c.function.arguments | tojson }}{% endfor %}"
        "{{ m.tool_call_id or '' }}{% endfor %}"
    )
    assert ChatTemplate(source, bos="", eos="").knows_tools
    assert not ChatTemplate(CHATML, bos="", eos="").knows_tools
    call = Message(
        "assistant", "", tool_calls=(ToolCall("c1", "run", '{"a": "é"}'), ToolCall("c2", "x", "no json"))
    )
    text = render(
        source, call, Message("tool", "out", tool_call_id="c1"), tools=(ToolSpec("run", "Runs.", {}),)
    )
    assert text.startswith('<s>[{"type": "function"')
    assert text.endswith('run={"a": "é"}x="no json"c1')


def test_thinking_is_off_unless_asked_for() -> None:
    source = "{{ 'on' if enable_thinking else 'off' }}"
    assert render(source) == "off"
    assert render(source, thinking=True) == "on"


def test_a_template_that_refuses_a_conversation_says_why() -> None:
    with pytest.raises(UnusableError, match="System role not supported"):
        render("{{ raise_exception('System role not supported') }}", Message("system", "x"))


@pytest.mark.parametrize(
    "source",
    ["{{ messages.append(1) }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ 1 / 0 }}", "{{ x"],
)
def test_a_template_from_a_file_is_not_trusted(source: str) -> None:
    with pytest.raises(UnusableError):
        render(source, Message("user", "x"))
