"""What all features share on the side of the editor: the connection, the sessions, and what is under way.

It speaks LSP and knows no feature: how work is shown, stopped, handed over and asked about is said here once.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from quintet.edge.pages import Pages
from quintet.edge.stories import Stories
from quintet.protocol import Client, workspace_path
from quintet.session import Session

if TYPE_CHECKING:
    from quintet.edge.running import Found


@dataclass(slots=True)
class Edge:
    """Where the two sides meet: the connection, what we know of the editor, and a session for each folder.

    `sessions` are in the editor's order, and never none: where no folder is open there is one without a root.
    """

    server: LanguageServer
    sessions: list[Session]
    client: Client = field(default_factory=Client)
    stops: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What ends each piece of work that is under way, by its id."""
    on_save: list[Callable[[Session, str], Coroutine[Any, Any, None]]] = field(default_factory=list)
    """What features do when a file was saved; each looks for itself whether its user wants that."""
    status: dict[str, Any] = field(default_factory=dict)
    """What our own clients were last told of the state of things."""
    given: dict[str, "Found"] = field(default_factory=dict)
    """What editors were given to put in themselves, by the id of the action, until they say that they did."""
    stories: Stories = field(default_factory=Stories)
    """What the runs of late did."""
    pages: Pages = field(default_factory=Pages)
    """What the editor may be asking for by an address of ours."""

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

    def warn(self, text: str) -> None:
        """Show one sentence on what did not go as asked."""
        self.say(text, lsp.MessageType.Warning)
