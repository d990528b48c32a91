"""What a model is decides how it is used."""

import pytest

from quintet_models.backends.base import EditFormat
from quintet_models.backends.cores import default_threads, physical_cores
from quintet_models.backends.estimate import estimate_tokens
from quintet_models.backends.profile import parameters_in_name, profile_for


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Qwen/Qwen2.5-Coder-7B-Instruct", 7_000_000_000),
        ("SmolLM2-135M-Instruct", 135_000_000),
        ("qwen3:0.6b", 600_000_000),
        ("gemma-3-270m-it-Q4_K_M.gguf", 270_000_000),
        ("Qwen3-30B-A3B", 30_000_000_000),
        ("gpt-oss", None),
        ("phi-4-mini", None),
        ("v2b", None),
    ],
)
def test_the_size_is_read_from_the_name(name: str, parameters: int | None) -> None:
    assert parameters_in_name(name) == parameters


@pytest.mark.parametrize(
    ("parameters", "follows_format", "capable", "form"),
    [
        (135_000_000, False, False, "infill"),
        (135_000_000, True, False, "infill"),
        (1_500_000_000, True, False, "unit"),
        (7_000_000_000, False, True, "search_replace"),
        (None, True, True, "search_replace"),
        (None, False, False, "unit"),
    ],
)
def test_size_decides_and_where_it_is_unknown_what_the_model_has_shown(
    *, parameters: int | None, follows_format: bool, capable: bool, form: EditFormat
) -> None:
    profile = profile_for(
        engine="x",
        model="y",
        context_tokens=8192,
        parameters=parameters,
        chat=True,
        scores=False,
        grammar=False,
        tools="none",
        follows_format=follows_format,
    )
    assert (profile.capable, profile.edit_format) == (capable, form)


def test_a_model_without_a_chat_template_is_not_trusted_with_roles() -> None:
    profile = profile_for(
        engine="x",
        model="y",
        context_tokens=8192,
        parameters=7_000_000_000,
        chat=False,
        scores=False,
        grammar=False,
        tools="none",
    )
    assert not profile.capable


def test_one_core_is_left_to_the_editor_where_there_are_several() -> None:
    assert default_threads() == max(1, physical_cores() - 1)


@pytest.mark.parametrize("text", ["", "def f(x):\n    return x + 1\n" * 20, "重新计算总和" * 10, "🎉" * 9])
def test_the_estimate_is_above_what_tokenizers_make_of_a_text(text: str) -> None:
    characters_a_token = 3.5 if text.isascii() else 1.0
    assert estimate_tokens(text) >= len(text) / characters_a_token
