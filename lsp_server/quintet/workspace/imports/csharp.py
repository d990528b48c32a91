"""C#: a namespace is taken for the folder whose path ends so, where there is one; nothing obliges it to.

Dots of a namespace may be folders or dots in a folder's name: `Shop.Core/Cart` has `Shop.Core.Cart`.
"""

from quintet.workspace.imports.paths import Paths, nearest
from quintet.workspace.syntax import Import


def resolve(paths: Paths, importer: str, imported: Import) -> tuple[str, ...]:
    """The files of the namespace's folder, or the one file of a class that is named."""
    written = imported.module.removeprefix("static ").rpartition("=")[2].strip().removeprefix("global::")
    if written == "System" or not written:
        return ()
    whole = _nearest(paths, importer, written, ".cs")
    if whole:
        return whole
    namespace, _, name = written.rpartition(".")
    return _nearest(paths, importer, namespace, f"/{name}.cs") if namespace else ()


def _nearest(paths: Paths, importer: str, namespace: str, ending: str) -> tuple[str, ...]:
    packages = (paths.inside(folder, ending) for folder in paths.folders(namespace))
    found = {files[0]: files for files in packages if files}
    return next((found[first] for first in nearest(sorted(found), importer)), ())
