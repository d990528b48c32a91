"""The command lines and environments that confine a run: values in, argv out.

Starts nothing itself and knows nothing of tests.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Variables a build or test needs to find its tools; everything else of the parent stays with the parent,
# for that is where tokens and passwords live.
_PASSED = frozenset({
    "CARGO_HOME", "CONDA_PREFIX", "GOPATH", "GOROOT", "JAVA_HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH",
    "LOGNAME", "NODE_PATH", "NVM_DIR", "PATH", "PYENV_ROOT", "PYENV_VERSION", "RUSTUP_HOME", "SHELL", "TZ",
    "USER", "VIRTUAL_ENV",
})  # fmt: skip

# What in a home directory is nobody's business but the user's.
_SECRETS = (
    ".aws", ".azure", ".bash_history", ".boto", ".bundle/config", ".cargo/credentials",
    ".cargo/credentials.toml", ".config", ".docker", ".gem/credentials", ".gitconfig", ".git-credentials",
    ".gnupg", ".gsutil", ".helm", ".kube", ".local/share/keyrings", ".mozilla", ".my.cnf", ".netrc",
    ".npmrc", ".oci", ".password-store", ".pgpass", ".pki", ".pypirc", ".python_history", ".ssh",
    ".terraform.d", ".thunderbird", ".vault-token", ".zsh_history",
)  # fmt: skip

_TMP_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Place:
    """What a run sees and may write.

    `shadow` is the throw-away copy of `root`, shown at `root`'s own path where the level can do that, so that
    absolute paths (an editable install, a configuration) lead to the copy. `linked` are relative paths that
    were not copied but are shown read-only (environments, node_modules, huge files). `scratch` are further
    folders the run may write, `visible` ones it must be able to read though they lie in a hidden place.
    """

    root: Path
    shadow: Path
    linked: tuple[str, ...] = ()
    scratch: tuple[Path, ...] = ()
    visible: tuple[Path, ...] = ()

    @property
    def writable(self) -> tuple[Path, ...]:
        """Folders of this machine the run may fill."""
        return self.scratch if self.shadow == self.root else (self.shadow, *self.scratch)


def bubblewrap_argv(program: str, place: Place) -> list[str]:
    """The program and all its options; the command follows."""
    argv = [program, "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"]
    argv += ["--new-session", "--cap-drop", "ALL", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    # Sockets of daemons (docker, ssh-agent, dbus) live in /run and /tmp: no network does not close those.
    argv += ["--size", str(_TMP_BYTES), "--tmpfs", "/tmp", "--tmpfs", "/run", "--dir", "/tmp/home"]  # noqa: S108
    if Path("/run/current-system").exists():  # NixOS keeps its programs there
        argv += ["--ro-bind", "/run/current-system", "/run/current-system"]
    argv += _hidden(Path.home())
    for path in place.visible:
        argv += ["--ro-bind-try", str(path), str(path)]
    if place.shadow != place.root:
        argv += ["--bind", str(place.shadow), str(place.root)]
    for relative in place.linked:
        argv += ["--ro-bind-try", str(place.root / relative), str(place.root / relative)]
    for path in place.scratch:
        argv += ["--bind", str(path), str(path)]
    return [*argv, "--chdir", str(place.root), "--"]


def limited_argv(
    argv: Sequence[str], *, cpu: float, memory: int, file_size: int, tasks: int | None = None
) -> list[str]:
    """The command under resource limits, set by the shell that becomes it.

    RLIMIT_DATA rather than RLIMIT_AS: node and the JVM reserve far more addresses than they use. `tasks` is
    how many processes and threads there may be (RLIMIT_NPROC); it counts all of the user's in the same user
    namespace, so it is only for a run that has one to itself.
    """
    seconds = max(1, round(cpu))  # the soft limit's signal says why it came, the hard one's does not
    limits = f"ulimit -c 0; ulimit -S -t {seconds}; ulimit -H -t {seconds + 1}"
    limits += f"; ulimit -d {memory >> 10}; ulimit -f {file_size >> 9}"
    if tasks is not None:  # bash and ksh call it -u, dash calls it -p
        limits += f"; ulimit -u {tasks} 2>/dev/null || ulimit -p {tasks}"
    return ["/bin/sh", "-c", f'{limits}; exec "$@"', "sh", *argv]


def clean_environment(place: Place, extra: Mapping[str, str], *, private_tmp: bool) -> dict[str, str]:
    """The environment of a run: what tools need to be found, a private home, and `extra`."""
    kept = {name: os.environ[name] for name in _PASSED if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("LC_")}
    scratch = str(place.scratch[0]) if place.scratch and not private_tmp else "/tmp"  # noqa: S108
    kept |= {"HOME": f"{scratch}/home" if private_tmp else scratch, "TMPDIR": scratch}
    # A user's own site-packages hang on the home that is now private.
    if (packages := Path.home() / ".local").is_dir():
        kept["PYTHONUSERBASE"] = str(packages)
    kept |= {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "CI": "1"}
    return kept | dict(extra)


def secrets(home: Path) -> Iterator[Path]:
    """The files and folders of a home that a run must not read, as far as they exist."""
    for name in _SECRETS:
        with contextlib.suppress(OSError, RuntimeError):  # a link in a circle, a folder that is not ours
            path = (home / name).resolve(strict=True)  # where it really lies: a link cannot be mounted upon
            if path.is_dir() or path.is_file():
                yield path


def _hidden(home: Path) -> Iterator[str]:
    for path in secrets(home):
        yield from ("--tmpfs", str(path)) if path.is_dir() else ("--ro-bind", "/dev/null", str(path))
