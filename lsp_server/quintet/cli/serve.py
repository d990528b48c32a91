"""`quintet serve`: the language server on stdin and stdout."""

import argparse

from quintet.server import serve


def run(_: argparse.Namespace) -> int:
    """Serve until the client says goodbye."""
    serve()
    return 0
