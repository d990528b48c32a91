"""What the server does for an editor, one feature a module: convert, one call into the core, convert back.

A feature knows the edge and the session; it does not know its siblings, and is removed by deleting its file.
"""

from dataclasses import dataclass, field

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from quintet.protocol import Client, workspace_path
from quintet.session import Session


@dataclass(slots=True)
class Edge:
    """Where the two sides meet: the connection, what we know of the editor, and the session behind it."""

    server: LanguageServer
    session: Session
    client: Client = field(default_factory=Client)

    def path(self, uri: str) -> str | None:
        """How the core calls a document; None for what is no file."""
        return workspace_path(uri, self.session.root)

    def say(self, text: str, kind: lsp.MessageType = lsp.MessageType.Info) -> None:
        """Show one sentence to the user."""
        self.server.window_show_message(lsp.ShowMessageParams(kind, f"Quintet: {text}"))
