"""The command line, and with it the composition root: the one place that wires both halves together.

It is a package because each command is a page of its own. Arguments are read with argparse, and a command's
module is imported only once it is asked for: `quintet serve` has to answer about as fast as a bare pygls
server, so nothing but the standard library may be imported at start, here or in `options`.
"""

import importlib
import os
import sys
from collections.abc import Sequence

from quintet.cli.failure import CommandError
from quintet.cli.options import parser

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: 128 + SIGINT."""

CLOSED_PIPE = 141
"""Exit code where the reader of our output went away: 128 + SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 done, 1 not verified, 2 usage or environment, 130 cancelled.

    What a person can mend (`CommandError`) is one sentence on stderr; anything else is a bug and keeps its
    traceback.
    """
    chosen = parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shall show a question mark, not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code: int = importlib.import_module(f"quintet.cli.{chosen.module}").run(chosen)
        sys.stdout.flush()
    except CommandError as error:
        print(f"quintet: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not try to flush it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except KeyboardInterrupt:
        print("quintet: cancelled", file=sys.stderr)
        return INTERRUPTED
    return code
