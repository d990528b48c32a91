"""Pictures for the documentation: `python tests/e2e/neovim_plugin/pictures.py FOLDER` runs the real server in Neovim.

Writes one SVG for each place at which the scenario asks for a picture.
"""

import asyncio
import sys
import tempfile
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from e2e.neovim_plugin.scenarios import command, editors, environment
from e2e.neovim_plugin.screen import pictures

SIZE = 124, 34


def main(folder: Path) -> None:
    """Draw the scenario `real`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        wanted = environment("real", Path(work), uuid.uuid4().hex)
        asyncio.run(pictures(command(editors()[0], "--embed"), wanted, SIZE, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
