"""The repository map of aider for one folder and one question, as JSON on stdout; run by an interpreter that has aider.

    python aider_map.py FOLDER < {"query": TEXT, "files": [PATH, …], "budgets": [TOKENS, …]}

Prints {TOKENS: MAP}. A token is taken as four characters, as everywhere in this benchmark; the words of the
question are what aider calls mentioned identifiers, and files whose name is said are mentioned files.
"""

import json
import re
import sys
from pathlib import Path

from aider.repomap import RepoMap  # type: ignore[import-not-found]  # it is the interpreter's, not ours


class Counter:
    """What the map asks of a model."""

    def token_count(self, text: str) -> float:
        """Four characters each."""
        return len(text) / 4


class Silence:
    """What the map asks of a terminal."""

    def tool_output(self, *_: object) -> None:
        """Say nothing."""

    tool_error = tool_warning = tool_output

    def read_text(self, name: str) -> str:
        """A file's text."""
        return Path(name).read_text(encoding="utf-8", errors="replace")


def main(root: Path) -> None:
    """Make the maps."""
    asked = json.load(sys.stdin)
    words = set(re.findall(r"\w+", asked["query"]))
    names = {path for path in asked["files"] if path in asked["query"] or Path(path).name in asked["query"]}
    maps = {}
    for budget in asked["budgets"]:
        repository = RepoMap(
            map_tokens=budget, root=str(root), main_model=Counter(), io=Silence(), refresh="always"
        )
        files = [str(root / path) for path in asked["files"]]
        maps[budget] = repository.get_repo_map([], files, names, words) or ""
    json.dump(maps, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
