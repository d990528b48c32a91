"""A scripted model for tests: its lines written to a file and read as the product reads them."""

import json
from pathlib import Path
from typing import Any

from quintet_models.backends.scripted import Scripted


def script(folder: Path, *lines: dict[str, Any], **profile: Any) -> Scripted:
    """A backend that plays `lines`; capable and speaking in units, unless `profile` says otherwise."""
    known = {"capable": True, "edit_format": "unit", "samples": 1, "context_tokens": 16_000}
    path = folder / "script.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in ({"profile": known | profile}, *lines)))
    return Scripted.read(str(path))
