"""Where the real editors are that `.ci/editors.py` installs, and what to say where one is missing."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / ".ci" / "editors.py"
INSTALL = "An editor that this test drives is missing: run python3 .ci/editors.py all"


@cache
def places() -> Any:
    """The `Places` of the script, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("quintet_editors", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.where()
