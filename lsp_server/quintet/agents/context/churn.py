"""How often files were changed of late, read from what `git log` prints.

Text in, numbers out; whoever has git runs it, with `LOG`.
"""

LOG = ("log", "-2000", "--no-merges", "--no-renames", "--format=@%ct", "--name-only", "-z")
"""Arguments for git: times of the last commits in seconds, and the paths of each from the top folder."""

_HALF_LIFE = 180.0 * 86_400
"""Seconds after which a commit counts half."""


def churn(log: str, folder: str = "") -> dict[str, float]:
    """Decayed counts of changes by path, the newest counting 1; `folder` (`a/b/`) is cut off the paths.

    Files outside the folder are left out, and so is what does not read as a log.
    """
    found: dict[str, float] = {}
    newest, weight = 0, 1.0
    for line in log.replace("\0", "\n").splitlines():
        if line.startswith("@") and line[1:].isdecimal():
            newest = newest or int(line[1:])
            weight = 0.5 ** ((newest - int(line[1:])) / _HALF_LIFE)
        elif line and line.startswith(folder):
            path = line.removeprefix(folder)
            found[path] = found.get(path, 0.0) + weight
    return found
