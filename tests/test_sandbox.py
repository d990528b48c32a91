"""The sandbox against programs that mean harm, on every level of isolation this machine has."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from quintet.tools import process_tree
from quintet.tools.cgroup import Groups
from quintet.tools.confine import Place, limited_argv
from quintet.tools.sandbox import Limits, Run, Sandbox, probe

WEAK = Sandbox("process group", why="the test asks for it")
PROBED = probe()


@dataclass(frozen=True, slots=True)
class Room:
    """A sandbox with an empty workspace, its shadow and a scratch folder, none of them below /tmp."""

    sandbox: Sandbox
    place: Place

    async def run(self, *argv: str, limits: Limits | None = None, **env: str) -> Run:
        return await self.sandbox.run(argv, place=self.place, limits=limits, env=env)

    async def python(self, code: str, limits: Limits | None = None) -> Run:
        return await self.run(sys.executable, "-I", "-c", textwrap.dedent(code), limits=limits)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that no sandbox hides: bubblewrap gives a run a /tmp of its own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        yield Path(name)


@pytest.fixture(params=[PROBED, WEAK], ids=["best", "weak"])
def room(request: pytest.FixtureRequest, folder: Path) -> Room:
    return _room(request.param, folder)


@pytest.fixture(params=[PROBED, replace(WEAK, groups=PROBED.groups)], ids=["best", "weak"])
def bounded(request: pytest.FixtureRequest, folder: Path) -> Room:
    """A room on each level, with the best bound on processes that this machine has for it."""
    return _room(request.param, folder)


@pytest.fixture
def strong(folder: Path) -> Room:
    """A room on the strong level; the weak one promises none of what these tests ask."""
    assert PROBED.level == "bubblewrap", f"these tests need bubblewrap: {PROBED.why}"
    return _room(PROBED, folder)


def _room(sandbox: Sandbox, folder: Path) -> Room:
    for name in ("workspace", "shadow", "scratch"):
        (folder / name).mkdir()
    interpreter = (Path(sys.prefix), Path(sys.base_prefix))  # a clone may lie in a place that is hidden
    place = Place(folder / "workspace", folder / "shadow", scratch=(folder / "scratch",), visible=interpreter)
    return Room(sandbox, place)


def alive(marker: str) -> list[str]:
    """Command lines of processes that carry the marker."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if marker in line and str(os.getpid()) not in process.parts:
            found.append(line)
    return found


def groups_left(sandbox: Sandbox) -> list[Path]:
    """Control groups of this process that are still there."""
    return list(sandbox.groups.folder.glob(f"quintet-{os.getpid()}-*")) if sandbox.groups else []


async def test_a_run_tells_its_exit_code_and_output(room: Room) -> None:
    run = await room.run("sh", "-c", "echo out; echo err >&2; exit 3")
    assert (run.exit_code, run.stopped) == (3, None)
    assert sorted(run.output.split()) == ["err", "out"]


async def test_a_command_that_does_not_exist_is_127(room: Room) -> None:
    run = await room.run("no-such-program-anywhere")
    assert run.exit_code == 127
    assert "not found" in run.output


async def test_an_endless_loop_is_stopped_by_the_clock(room: Room) -> None:
    run = await room.python("while True: pass", Limits(wall=0.4))
    assert run.exit_code is None
    assert run.stopped == "did not finish within 0.4 s"


async def test_a_run_that_deletes_its_scratch_is_still_stopped_by_the_clock(room: Room) -> None:
    code = f"import shutil, time; shutil.rmtree({str(room.place.scratch[0])!r}, True); time.sleep(60)"
    run = await room.python(code, Limits(wall=1.5))
    assert run.stopped == "did not finish within 1.5 s"


async def test_a_run_that_cannot_be_watched_is_stopped(folder: Path) -> None:
    """The watcher reads the room of every writable folder; one that it cannot even name breaks it."""
    place = Place(folder, folder, scratch=(Path("a\0b"),))
    child = asyncio.create_task(
        WEAK.run(["sleep", "60"], place=place, env={"TMPDIR": str(folder), "HOME": str(folder)})
    )
    run = await asyncio.wait_for(child, 30)
    assert run.stopped is not None
    assert run.stopped.startswith("could not be watched any longer: ValueError")


async def test_an_endless_loop_is_stopped_by_its_processor_time(room: Room) -> None:
    run = await room.python("while True: pass", Limits(wall=30, cpu=1))
    assert run.stopped == "used more than 1 s of processor time"


async def test_a_fork_bomb_ends_cleanly(room: Room) -> None:
    # Doubling, but only six times: the machine that runs this test is not what is tested.
    bomb = "bomb() { if [ $1 -gt 0 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & sleep 30; fi; }; bomb 6; sleep 30"
    run = await room.run("bash", "-c", bomb, limits=Limits(wall=20, processes=64))
    assert run.stopped == "started more than 64 processes"
    assert alive("bomb 6") == []


async def test_gigabytes_of_output_are_cut_off(room: Room) -> None:
    run = await room.run("yes", "I will not stop", limits=Limits(wall=20, output=1 << 18))
    assert run.stopped == "wrote more than 256 KiB of output"
    assert len(run.output) == 1 << 18


async def test_one_greedy_process_gets_no_more_memory(room: Room) -> None:
    run = await room.python("block = bytearray(400 << 20)", Limits(memory=200 << 20))
    assert run.exit_code == 1
    assert "MemoryError" in run.output


async def test_many_greedy_processes_are_stopped_together(room: Room) -> None:
    code = """
        import os, time
        for _ in range(4):
            if os.fork() == 0:
                block = bytearray(100 << 20)
                break
        time.sleep(30)
    """
    run = await room.python(code, Limits(wall=20, memory=250 << 20))
    assert run.stopped == "used more than 250 MiB of memory"


async def test_a_huge_file_cannot_be_written(room: Room) -> None:
    run = await room.run(
        "dd", "if=/dev/zero", "of=huge", "bs=1M", "count=64", limits=Limits(file_size=4 << 20)
    )
    assert run.stopped == "wrote a file larger than 4 MiB"
    assert (room.place.shadow / "huge").stat().st_size <= 4 << 20


async def test_what_is_left_in_the_background_is_dead(room: Room) -> None:
    marker = f"{room.place.shadow}/left-behind"
    daemon = f"setsid -f sh -c 'while :; do sleep 1; done' {marker}; (sh -c 'sleep 99' {marker} &) ; exit 0"
    run = await room.run("sh", "-c", daemon)
    assert run.exit_code == 0
    assert alive(marker) == []


async def test_cancelling_kills_everything(room: Room) -> None:
    marker = f"{room.place.shadow}/cancelled"
    task = asyncio.create_task(room.run("sh", "-c", "setsid -f sleep 99; touch ready; sleep 99", marker))
    while not (room.place.shadow / "ready").exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.02)
    assert alive(marker)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert alive(marker) == []
    assert groups_left(room.sandbox) == []


async def test_secrets_in_our_environment_stay_ours(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_TOKEN", "hush")
    monkeypatch.setenv("LC_TIME", "C")
    run = await room.run("env", EXTRA="given")
    assert "hush" not in run.output
    assert "EXTRA=given" in run.output
    assert "LC_TIME=C" in run.output


async def test_the_weak_level_says_that_it_is_weak() -> None:
    assert "NOT cut off" in WEAK.describe()
    assert "the test asks for it" in WEAK.describe()


async def test_a_missing_bubblewrap_is_said(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert probe().describe().endswith("(bubblewrap is not installed)")
    assert probe().groups == PROBED.groups, "the bound on processes does not hang on it"


async def test_a_broken_bubblewrap_is_found_out_by_trying(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    broken = folder / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    sandbox = probe()
    assert sandbox.level == "process group"
    assert "setting up uid map: Permission denied" in sandbox.describe()


async def test_a_bubblewrap_that_isolates_nothing_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    lax = folder / "bwrap"
    lax.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    lax.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert "does not isolate" in probe().describe()


# --- what only bubblewrap can promise ---------------------------------------------------------------


async def test_there_is_no_network(strong: Room) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        port = listener.getsockname()[1]
        run = await strong.python(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)")
    assert run.exit_code == 1
    assert "refused" in run.output or "unreachable" in run.output.lower()


async def test_its_own_loopback_works(strong: Room) -> None:
    code = """
        import socket
        with socket.create_server(("127.0.0.1", 0)) as listener:
            socket.create_connection(listener.getsockname()).close()
        print("talked")
    """
    assert "talked" in (await strong.python(code)).output


async def test_nothing_outside_the_shadow_can_be_written(strong: Room) -> None:
    real = strong.place.root / "real.txt"
    real.write_text("untouched")
    outside = strong.place.root.parent / "outside.txt"
    run = await strong.run(
        "sh", "-c", f"echo spoilt > real.txt; echo x > {outside}; echo y > /usr/bin/new; ls"
    )
    assert run.output.count("Read-only file system") == 2
    assert real.read_text() == "untouched"
    assert (strong.place.shadow / "real.txt").read_text() == "spoilt\n"
    assert not outside.exists()


async def test_the_shadow_stands_at_the_workspaces_own_path(strong: Room) -> None:
    (strong.place.shadow / "here.txt").write_text("copy")
    run = await strong.run("sh", "-c", f"pwd; cat {strong.place.root}/here.txt")
    assert run.output == f"{strong.place.root}\ncopy"


async def test_secrets_of_the_home_are_masked(strong: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    home = strong.place.root.parent / "home"
    for name in (".ssh/id_ed25519", ".aws/credentials", ".config/gh/hosts.yml", ".netrc", "notes.txt"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"content of {name}")
    monkeypatch.setenv("HOME", str(home))
    files = ".ssh/id_ed25519 .aws/credentials .config/gh/hosts.yml .netrc notes.txt"
    run = await strong.run("sh", "-c", f"cd {home}; cat {files}; ls -A .ssh .aws .config")
    assert "content of notes.txt" in run.output, "what is no secret stays readable"
    assert run.output.count("content of") == 1


async def test_secrets_behind_a_link_are_masked(strong: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    home = strong.place.root.parent / "home"
    (home / "dotfiles/config").mkdir(parents=True)
    (home / "dotfiles/config/token").write_text("hush")
    (home / ".config").symlink_to("dotfiles/config")
    (home / ".ssh").symlink_to(".ssh")
    monkeypatch.setenv("HOME", str(home))
    run = await strong.run("sh", "-c", f"cat {home}/.config/token {home}/dotfiles/config/token")
    assert "hush" not in run.output
    assert run.output.count("No such file") == 2


async def test_daemon_sockets_cannot_be_reached(strong: Room) -> None:
    run = await strong.run("sh", "-c", "ls -A /run /tmp; ls /dev")
    assert "docker.sock" not in run.output
    assert "home" in run.output, "only what the sandbox itself put there"
    assert "sda" not in run.output
    assert "kmsg" not in run.output


async def test_other_processes_cannot_be_seen(strong: Room) -> None:
    run = await strong.python(
        "import os; print([p for p in os.listdir('/proc') if p.isdigit() and int(p) > 9])"
    )
    assert run.output.strip() == "[]"


async def test_an_interpreter_in_a_hidden_place_stays_readable(strong: Room) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        program = Path(name) / "tool"
        program.write_text("#!/bin/sh\necho found\n")
        program.chmod(0o755)
        place = Place(strong.place.root, strong.place.shadow, visible=(Path(name),))
        run = await strong.sandbox.run([str(program)], place=place)
        assert run.output == "found\n"
        hidden = await strong.sandbox.run([str(program)], place=strong.place)
        assert hidden.exit_code == 127


# --- bounding and counting processes ----------------------------------------------------------------


async def test_the_kernel_lets_no_run_start_processes_and_threads_without_end(bounded: Room) -> None:
    """Threads, for those are not counted by looking: what ends them is the kernel, and it is said."""
    limits = Limits(wall=20, processes=1)
    code = f"""
        import threading, time
        for _ in range({limits.tasks + 5}):
            threading.Thread(target=time.sleep, args=(0.3,)).start()
        print("all of them")
    """
    run = await bounded.python(code, limits)
    if bounded.sandbox.groups is not None:
        assert run.stopped == f"started more than {limits.tasks} processes and threads"
    elif bounded.sandbox.own_count:
        assert "can't start new thread" in run.output
    else:
        assert run.output == "all of them\n"
    assert groups_left(bounded.sandbox) == []


async def test_a_bomb_that_dies_of_the_bound_by_itself_is_still_said(bounded: Room) -> None:
    limits = Limits(wall=20, processes=1)
    bomb = f"""
        import os, time
        for _ in range({limits.tasks + 5}):
            if os.fork() == 0:
                time.sleep(1)
                os._exit(0)
        time.sleep(1)
    """
    run = await bounded.python(bomb, limits)
    assert run.stopped is not None
    assert run.stopped.startswith("started more than ")
    assert groups_left(bounded.sandbox) == []


async def test_an_honest_run_stays_below_the_bound(bounded: Room) -> None:
    code = """
        import subprocess, sys, threading, time
        for _ in range(12):
            threading.Thread(target=time.sleep, args=(0.3,)).start()
        children = [subprocess.Popen(["sleep", "0.3"]) for _ in range(20)]
        print(sum(child.wait() for child in children))
    """
    run = await bounded.python(code)
    assert (run.exit_code, run.output, run.stopped) == (0, "0\n", None)


async def test_each_run_has_a_group_of_its_own(bounded: Room) -> None:
    runs = await asyncio.gather(*(bounded.run("cat", "/proc/self/cgroup") for _ in range(2)))
    names = {line for run in runs for line in run.output.splitlines() if "/quintet-" in line}
    assert len(names) == (0 if bounded.sandbox.groups is None else 2)


async def test_a_run_whose_group_cannot_be_made_any_more_goes_on(room: Room) -> None:
    gone = replace(room.sandbox, groups=Groups(room.place.root / "gone", 1))
    run = await gone.run(["echo", "ran"], place=room.place)
    assert run.output == "ran\n"


def test_the_limit_that_counts_in_a_namespace_is_set_by_every_shell() -> None:
    argv = limited_argv(["cat", "/proc/self/limits"], cpu=9, memory=1 << 30, file_size=1 << 20, tasks=50)
    limits = subprocess.run(argv, check=True, capture_output=True, text=True)
    [line] = [line for line in limits.stdout.splitlines() if line.startswith("Max processes")]
    assert line.split()[2:4] == ["50", "50"]
    assert limits.stderr == ""


@pytest.mark.parametrize(
    ("sandbox", "words"),
    [
        (replace(WEAK, groups=Groups(Path("/x"), 2)), "bounded by the kernel (control group, version 2)"),
        (replace(WEAK, level="bubblewrap", own_count=True), "bounded by the kernel (own user namespace)"),
        (replace(WEAK, unbounded="no luck"), "processes counted, but not bounded by the kernel (no luck)"),
    ],
)
def test_how_processes_are_bounded_is_said(sandbox: Sandbox, words: str) -> None:
    assert words in sandbox.describe()


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.003, 0.01, 0.03])
async def test_a_cancel_while_the_process_is_being_started_leaves_nothing(room: Room, delay: float) -> None:
    running = asyncio.create_task(room.run("sleep", "1000"))
    await asyncio.sleep(delay)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 20)
    assert process_tree.children(os.getpid()) == []
    assert groups_left(room.sandbox) == []


async def test_the_tree_of_a_process_is_counted_and_measured() -> None:
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        "sleep 30 & sleep 30 & echo up; wait",
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    count, memory = process_tree.usage(process.pid, at_most=100)
    assert count == 3
    assert memory > 0
    assert process_tree.usage(process.pid, at_most=1)[0] == 2, "counting stops above the limit"
    os.killpg(process.pid, 9)
    await process.wait()
    assert process_tree.usage(process.pid, at_most=100) == (1, 0), "a process that is gone holds nothing"
    process_tree.kill(process.pid, leashed=False)
