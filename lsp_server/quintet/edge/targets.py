"""Files of a session as the editor knows them. Knows sessions and names; no change is made here."""

from collections.abc import Mapping

from quintet.edge.edits import Target
from quintet.protocol import file_uri
from quintet.session import Session
from quintet.workspace.document import Document


def uri_of(session: Session, path: str) -> str:
    """The editor's own name for a file it holds, else that of its place on the disk."""
    held = session.documents.get(path)
    if held is not None:
        return held.name
    return file_uri((session.root / path).as_posix() if session.root else path)


def targets_of(session: Session, documents: Mapping[str, Document]) -> dict[str, Target]:
    """The files of a change as the editor knows them: by its own names, or by their places on the disk."""
    versions = {path: held.document.version for path, held in session.documents.items()}
    return {
        path: Target(uri_of(session, path), document.text, versions.get(path))
        for path, document in documents.items()
    }
