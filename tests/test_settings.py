from pathlib import Path

import pytest

from quintet.settings import (
    DEFAULTS,
    Settings,
    Source,
    from_editor,
    from_environment,
    from_workspace,
    resolve,
)
from quintet.workspace.deny import Deny


def sentences(*sources: Source) -> list[str]:
    return [str(problem) for problem in resolve(sources).problems]


def options(raw: object) -> Source:
    return from_editor("options", "initializationOptions", raw)


def test_without_options_everything_has_its_default() -> None:
    assert resolve(()).settings == Settings()
    assert resolve((options(None), options({}))).problems == ()


def test_nested_and_dotted_keys_mean_the_same() -> None:
    nested = resolve((options({"budget": {"tokens": 5}, "test": {"command": "pytest -q"}}),)).settings
    dotted = resolve((options({"budget.tokens": 5, "test.command": "pytest -q"}),)).settings
    assert nested == dotted
    assert (nested.budget.tokens, nested.test.command) == (5, "pytest -q")


def test_an_editor_may_send_the_section_around_the_options() -> None:
    assert resolve((options({"quintet": {"mode": "deep"}}),)).settings.mode == "deep"


def test_null_means_unset_as_editors_send_it() -> None:
    environment = from_environment({"QUINTET_MODE": "deep"})
    assert resolve((environment, options({"mode": None, "budget": {"tests": None}}))).settings.mode == "deep"


def test_the_stronger_place_wins_whatever_order_they_are_given_in(tmp_path: Path) -> None:
    (tmp_path / "quintet.toml").write_text('mode = "fast"\n[budget]\ntokens = 1\nseconds = 1\ntests = 1\n')
    sources = (
        from_editor("editor", "workspace/configuration", {"mode": "auto", "budget": {"tokens": 4}}),
        options({"budget": {"tokens": 3, "seconds": 3}}),
        from_environment(
            {"QUINTET_BUDGET_TOKENS": "2", "QUINTET_BUDGET_SECONDS": "2", "QUINTET_BUDGET_TESTS": "2"}
        ),
        from_workspace(tmp_path),
    )
    settings = resolve(sources).settings
    assert (settings.budget.tokens, settings.budget.seconds, settings.budget.tests) == (4, 3.0, 2)
    assert settings.mode == "auto"


def test_an_unknown_key_is_reported_with_the_nearest_known_one() -> None:
    assert sentences(options({"budget": {"tokenz": 1}})) == [
        "initializationOptions: quintet.budget.tokenz is not known; did you mean quintet.budget.tokens?"
    ]
    assert sentences(options({"zzz": 1})) == ["initializationOptions: quintet.zzz is not known; ignored."]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"mode": "fats"}, 'quintet.mode must be fast or standard or deep or auto, not "fats"; it stays "auto".'),
        ({"budget": {"tokens": "many"}}, 'quintet.budget.tokens must be a whole number above 0, not "many"; it stays 60000.'),
        ({"budget": {"tokens": -1}}, "quintet.budget.tokens must be a whole number above 0, not -1; it stays 60000."),
        ({"budget": {"seconds": 0}}, "quintet.budget.seconds must be a number above 0, not 0; it stays 120.0."),
        ({"budget": 7}, "quintet.budget is not known; did you mean quintet.budget.tests?"),
        ({"threads": True}, "quintet.threads must be a whole number above 0, not true; it stays unset."),
        ({"trusted": "yes"}, 'quintet.trusted must be true or false, not "yes"; it stays true.'),
        ({"test": {"command": "  "}}, "quintet.test.command must not be empty; it stays unset."),
        ({"test": {"command": ["pytest"]}}, 'quintet.test.command must be a text, not ["pytest"]; it stays unset.'),
        ([1], "an object is expected, not [1]; ignored."),
    ],
)  # fmt: skip
def test_a_bad_value_is_a_clear_sentence_and_the_default_stays(raw: object, sentence: str) -> None:
    resolved = resolve((options(raw),))
    assert resolved.settings == Settings()
    assert [problem.sentence for problem in resolved.problems] == [sentence]


def test_a_bad_value_leaves_what_a_weaker_place_said() -> None:
    resolved = resolve((from_environment({"QUINTET_MODE": "fast"}), options({"mode": 3})))
    assert resolved.settings.mode == "fast"
    assert resolved.problems[0].sentence.endswith('not 3; it stays "fast".')


def test_the_environment_is_text_that_is_read() -> None:
    settings = resolve((
        from_environment({
            "QUINTET_TRUSTED": "false",
            "QUINTET_THREADS": "2",
            "QUINTET_BUDGET_SECONDS": "1.5",
            "QUINTET_BACKEND": "none",
            "HOME": "/root",
        }),
    )).settings  # fmt: skip
    assert (settings.trusted, settings.threads, settings.budget.seconds, settings.backend) == (
        False,
        2,
        1.5,
        "none",
    )


def test_what_is_denied_adds_up_and_the_stronger_place_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "quintet.toml").write_text('deny = ["!mine/", "!*.key2", "theirs/", "*.log"]\n')
    sources = (
        from_editor("editor", "workspace/configuration", {"deny": ["*.key2", "!kept.log"]}),
        options({"deny": []}),
        from_environment({"QUINTET_DENY": "mine/, /a b/*.own,,"}),
        from_workspace(tmp_path),
    )
    resolved = resolve(sources)
    assert resolved.problems == ()
    assert resolved.settings.deny == (
        *("!mine/", "!*.key2", "theirs/", "*.log"),
        *("mine/", "/a b/*.own", "*.key2", "!kept.log"),
    )
    deny = Deny(resolved.settings.deny)
    assert all(map(deny.denied, ("mine/a", "a b/c.own", "x.key2", "theirs/a", "x.log", ".env")))
    assert deny.denied("kept.log") is None


@pytest.mark.parametrize(
    ("raw", "taken", "sentence"),
    [
        ("*.key2", ("*.key2",), 'quintet.deny must be a list of texts, not "*.key2".'),
        ({"a": True}, (), 'quintet.deny must be a list of texts, not {"a":true}.'),
        (["a", 5], ("a",), "quintet.deny: 5 is no pattern and denies nothing."),
        (["a", ""], ("a",), 'quintet.deny: "" is no pattern and denies nothing.'),
        ([" ", "a"], ("a",), 'quintet.deny: " " is no pattern and denies nothing.'),
        (["\ud83d"], (), "quintet.deny: '\\ud83d' is no pattern and denies nothing."),
    ],
)
def test_of_a_bad_list_the_good_lines_hold(raw: object, taken: tuple[str, ...], sentence: str) -> None:
    resolved = resolve((from_environment({"QUINTET_DENY": "mine/"}), options({"deny": raw})))
    assert resolved.settings.deny == ("mine/", *taken)
    assert [problem.sentence for problem in resolved.problems] == [sentence]
    assert (resolved.obstacle is not None) == isinstance(raw, dict)


OURS = '[tool.quintet]\ndeny = ["private/", "own/"]\n'


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("quintet.toml", 'deny = ["private/", "own/"]\n', 'deny = ["private/", "ow'),
        ("quintet.toml", 'deny = ["private/", "own/", ""]\n', "deny = true\n"),
        ("pyproject.toml", OURS, OURS[:-8]),
        ("pyproject.toml", OURS, "[tool.ruff"),
    ],
)
def test_what_a_file_denied_holds_while_it_cannot_be_read(
    tmp_path: Path, name: str, good: str, bad: str
) -> None:
    (tmp_path / name).write_text(good)
    source = from_workspace(tmp_path)
    for text in (bad, bad + "\n"):
        (tmp_path / name).write_text(text)
        source = from_workspace(tmp_path).after(source)
        assert resolve((source,)).settings.deny == ("private/", "own/")
        assert resolve((source,)).obstacle is None
    (tmp_path / name).write_text("")
    assert resolve((from_workspace(tmp_path).after(source),)).settings.deny == ()


@pytest.mark.parametrize(
    ("name", "bad"),
    [("quintet.toml", "deny = ["), ("quintet.toml", "deny = 1\n"), ("pyproject.toml", OURS[:-8])],
)
def test_nobody_knows_what_a_file_denies_that_never_could_be_read(
    tmp_path: Path, name: str, bad: str
) -> None:
    (tmp_path / name).write_text(bad)
    first = from_workspace(tmp_path)
    for source in (first, from_workspace(tmp_path).after(first)):
        assert str(resolve((source,)).obstacle).startswith(f"What {name}")
        assert len(resolve((source,)).problems) == 1
    (tmp_path / name).write_text("")
    assert resolve((from_workspace(tmp_path).after(first),)).obstacle is None


def test_a_pattern_that_means_nothing_is_told_and_the_others_hold() -> None:
    resolved = resolve((options({"deny": ["mine/", "[", "# note"]}),))
    assert resolved.settings.deny == ("mine/", "[", "# note")
    assert list(map(str, resolved.problems)) == [
        'initializationOptions: quintet.deny: "[" is no pattern and denies nothing.'
    ]


def test_half_a_character_is_told_as_it_is_written() -> None:
    (sentence,) = sentences(options({"mode": "\ud83d"}))
    assert sentence.endswith("not '\\ud83d'; it stays \"auto\".")


def test_a_variable_with_a_slip_is_reported_and_a_strange_one_left_alone() -> None:
    source = from_environment({"QUINTET_BACKND": "pocket", "QUINTET_SOMETHING_ELSE": "1"})
    assert sentences(source) == ["environment: QUINTET_BACKND is not known; did you mean QUINTET_BACKEND?"]


def test_a_workspace_file_does_not_choose_where_code_is_sent_or_how_it_is_confined(tmp_path: Path) -> None:
    (tmp_path / "quintet.toml").write_text(
        'backend = "openai:http://else.where"\nsandbox = "auto"\ntrusted = true\n'
    )
    resolved = resolve((from_workspace(tmp_path),))
    assert resolved.settings == Settings()
    assert [str(problem).split(" is the user's")[0] for problem in resolved.problems] == [
        "quintet.toml: quintet.backend",
        "quintet.toml: quintet.sandbox",
        "quintet.toml: quintet.trusted",
    ]


def test_pyproject_speaks_where_there_is_no_quintet_toml(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.quintet]\nmode = "deep"\n')
    assert resolve((from_workspace(tmp_path),)).settings.mode == "deep"
    (tmp_path / "quintet.toml").write_text('mode = "fast"\n')
    assert resolve((from_workspace(tmp_path),)).settings.mode == "fast"


@pytest.mark.parametrize("content", [b"mode = ", b"\xff\xfe"])
def test_a_broken_quintet_toml_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "quintet.toml").write_bytes(content)
    resolved = resolve((from_workspace(tmp_path),))
    assert resolved.settings == Settings()
    assert [str(problem).split(": ")[:2] for problem in resolved.problems] == [
        ["quintet.toml", "it cannot be read, and nothing in it but what it denied before counts"]
    ]


@pytest.mark.parametrize("text", ["[tool", "[tool]\nquintet = 3\n", "tool = 3\n"])
def test_a_strange_pyproject_is_not_ours_to_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert resolve((from_workspace(tmp_path),)) == resolve(())


def test_every_option_can_be_set_from_the_environment() -> None:
    names = {"QUINTET_" + key.upper().replace(".", "_") for key in DEFAULTS}
    assert set(from_environment(dict.fromkeys(names, "1")).values) == set(DEFAULTS)


@pytest.mark.parametrize(
    ("name", "text", "denied", "told"),
    [
        ("quintet.toml", '[quintet]\ndeny = ["private/"]\n', ("private/",), False),
        ("pyproject.toml", '[tool]\nquintet = {deny = ["private/"]}\n', ("private/",), False),
        ("pyproject.toml", '[tool]\nquintet = {deny = ["private/"\n', (), True),
        ("pyproject.toml", "[tool.ruff", (), False),
    ],
)
def test_however_a_file_says_what_it_denies_it_is_heard(
    tmp_path: Path, name: str, text: str, denied: tuple[str, ...], told: object
) -> None:
    (tmp_path / name).write_text(text)
    resolved = resolve((from_workspace(tmp_path),))
    assert resolved.settings.deny == denied
    assert (resolved.obstacle is not None) is told
