"""What the server does for an editor, one feature a module: convert, one call into the core, convert back.

A feature knows the edge and the sessions; it does not know its siblings, and is removed by deleting its file.
"""

from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from quintet.protocol import Client, workspace_path
from quintet.session import Session


@dataclass(slots=True)
class Edge:
    """Where the two sides meet: the connection, what we know of the editor, and a session for each folder.

    `sessions` are in the editor's order, and never none: where no folder is open there is one without a root.
    """

    server: LanguageServer
    sessions: list[Session]
    client: Client = field(default_factory=Client)

    def at(self, uri: str) -> tuple[Session, str] | None:
        """Whose a document is, the innermost folder's, and its path there; None for what is no file."""
        return next(iter(self.holders(uri)), None)

    def holders(self, uri: str) -> list[tuple[Session, str]]:
        """Everybody in whose folder a document lies, `at` first: one folder may be inside another.

        What lies in none is the first session's.
        """
        named = [
            (each, path) for each in self.sessions if (path := workspace_path(uri, each.root)) is not None
        ]
        inside = [(each, path) for each, path in named if not Path(path).is_absolute()]
        return sorted(inside, key=lambda holder: holder[1].count("/")) or named[:1]

    def say(self, text: str, kind: lsp.MessageType = lsp.MessageType.Info) -> None:
        """Show one sentence to the user."""
        self.server.window_show_message(lsp.ShowMessageParams(kind, f"Quintet: {text}"))
