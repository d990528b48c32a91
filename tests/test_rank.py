"""Search finds the file a query is about, by path, names and documentation."""

from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.document import Document
from quintet.workspace.index import Index
from quintet.workspace.rank import score, search

FILES = Index(
    [
        Document("net/http_parser.py", "class HTTPHeaderParser:\n    def parse_line(self, raw): pass\n"),
        Document("net/socket.py", 'def open_socket(host):\n    """Connect, and retry when refused."""\n'),
        Document("ui/window.py", "class Window:\n    def open(self): pass\n    def close(self): pass\n"),
        Document("ui/__init__.py", ""),
    ]
)


def found(query: str, limit: int = 10) -> list[str]:
    return [path for path, _ in search(FILES, query, limit)]


def test_words_inside_names_are_found() -> None:
    assert found("the parser of headers fails")[0] == "net/http_parser.py"
    assert found("parsing a line")[0] == "net/http_parser.py"
    assert found("HTTPHeaderParser") == ["net/http_parser.py"]


def test_documentation_and_paths_are_found() -> None:
    assert found("it should retry refused connections")[0] == "net/socket.py"
    assert set(found("ui")) == {"ui/window.py", "ui/__init__.py"}


def test_a_name_in_few_files_weighs_more_than_one_in_many() -> None:
    assert found("open window")[0] == "ui/window.py"


def test_results_are_limited_and_best_first() -> None:
    results = search(FILES, "open parse", 2)
    assert len(results) == 2
    assert results[0][1] >= results[1][1] > 0


def test_nothing_is_found_for_nothing() -> None:
    assert found("") == []
    assert found("quaternion") == []
    assert search(Index(), "open", 5) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.permutations(list(FILES.files.values())))
def test_scores_are_positive_and_do_not_depend_on_order(query: str, entries: list) -> None:  # type: ignore[type-arg]
    scores = score(entries, query)
    assert scores == score(FILES.files.values(), query)
    assert all(value > 0 for value in scores.values())
