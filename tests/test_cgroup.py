"""Control groups on folders laid out like the kernel's, of both versions; the real ones are test_sandbox's."""

import os
import subprocess
from pathlib import Path

import pytest

from quintet.tools.cgroup import Group, Groups, places

NOBODY = 99_999_999  # more than the kernel ever gives to a process


def process(folder: Path, cgroup: str, *mounts: str) -> Path:
    """A folder like /proc/self of a process in these groups, with these mounts."""
    (folder / "cgroup").write_text(cgroup)
    (folder / "mountinfo").write_text("".join(f"{mount}\n" for mount in mounts))
    return folder


def version_1(root: str, mount: Path | str, controllers: str = "pids") -> str:
    return f"39 31 0:36 {root} {mount} rw,relatime shared:9 - cgroup cgroup rw,{controllers}"


def version_2(root: str, mount: Path | str) -> str:
    return f"41 31 0:38 {root} {mount} rw,relatime - cgroup2 cgroup2 rw,nsdelegate"


def unified(folder: Path, *, shared: str = "", controllers: str = "cpu memory pids") -> Path:
    folder.mkdir(parents=True)
    (folder / "cgroup.controllers").write_text(f"{controllers}\n")
    (folder / "cgroup.subtree_control").write_text(f"{shared}\n")
    return folder


# --- where groups may be made -----------------------------------------------------------------------


def test_in_version_1_it_is_our_own_group(tmp_path: Path) -> None:
    mine = process(
        tmp_path,
        "9:memory:/elsewhere\n8:pids:/user/me\n1:name=systemd:/\n0::/\n",
        "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
        version_1("/", "/groups/memory", "memory"),
        version_1("/", "/groups/pids"),
    )
    assert places(mine) == [Groups(Path("/groups/pids/user/me"), 1)]


def test_controllers_may_share_a_mount(tmp_path: Path) -> None:
    mine = process(tmp_path, "3:cpu,pids:/\n", version_1("/", "/groups/both", "cpu,pids"))
    assert places(mine) == [Groups(Path("/groups/both"), 1)]


def test_in_version_2_it_is_our_own_group_where_it_counts_processes(tmp_path: Path) -> None:
    own = unified(tmp_path / "groups/me")
    mine = process(tmp_path, "0::/me\n", version_2("/", own.parent))
    assert places(mine) == [Groups(own, 2)]


@pytest.mark.parametrize("controllers", ["", "cpu memory", "pidsx"])
def test_in_version_2_a_group_that_does_not_count_processes_is_none(tmp_path: Path, controllers: str) -> None:
    own = unified(tmp_path / "groups", controllers=controllers)
    assert places(process(tmp_path, "0::/\n", version_2("/", own))) == []


def test_a_machine_with_both_versions_counts_in_one(tmp_path: Path) -> None:
    both = unified(tmp_path / "unified", controllers="hugetlb")
    mine = process(tmp_path, "8:pids:/\n0::/\n", version_1("/", "/groups/pids"), version_2("/", both))
    assert places(mine) == [Groups(Path("/groups/pids"), 1)]


@pytest.mark.parametrize(
    ("own", "root", "found"),
    [
        ("/docker/abc", "/docker/abc", "/groups"),
        ("/docker/abc/below", "/docker/abc", "/groups/below"),
        ("/docker/abcdef", "/docker/abc", None),
        ("/elsewhere", "/docker/abc", None),
        ("/../above", "/", None),
    ],
)
def test_a_container_sees_a_part_of_the_groups(
    tmp_path: Path, own: str, root: str, found: str | None
) -> None:
    mine = process(tmp_path, f"8:pids:{own}\n", version_1(root, "/groups"))
    assert [str(place.folder) for place in places(mine)] == ([] if found is None else [found])


def test_a_mount_point_may_have_spaces(tmp_path: Path) -> None:
    mine = process(tmp_path, "8:pids:/a:b\n", version_1("/", r"/my\040groups"))
    assert places(mine) == [Groups(Path("/my groups/a:b"), 1)]


def test_without_proc_there_is_no_place(tmp_path: Path) -> None:
    assert places(tmp_path / "no-such-process") == []


# --- groups -----------------------------------------------------------------------------------------


def test_a_group_is_made_with_its_bound(tmp_path: Path) -> None:
    group = Groups(tmp_path, 1).make(20)
    assert group.folder.parent == tmp_path
    assert group.folder.name.startswith(f"quintet-{os.getpid()}-")
    assert (group.folder / "pids.max").read_text() == "20"


def test_two_groups_have_two_names(tmp_path: Path) -> None:
    assert Groups(tmp_path, 1).make(1).folder != Groups(tmp_path, 1).make(1).folder


@pytest.mark.parametrize(("shared", "written"), [("", "+pids"), ("cpu", "+pids"), ("cpu pids", "cpu pids\n")])
def test_in_version_2_the_right_to_bound_is_passed_on_once(tmp_path: Path, shared: str, written: str) -> None:
    own = unified(tmp_path / "own", shared=shared)
    group = Groups(own, 2).make(20)
    assert (own / "cgroup.subtree_control").read_text() == written
    assert (group.folder / "pids.max").read_text() == "20"


@pytest.mark.parametrize(
    ("kind", "after"),
    [("domain invalid\n", "threaded"), ("domain\n", "domain\n"), ("threaded\n", "threaded\n")],
)
def test_a_group_below_one_with_processes_becomes_threaded(tmp_path: Path, kind: str, after: str) -> None:
    (tmp_path / "cgroup.type").write_text(kind)
    Group(tmp_path, 7).settle()
    assert (tmp_path / "cgroup.type").read_text() == after
    assert (tmp_path / "pids.max").read_text() == "7"


def test_where_no_group_can_be_made_it_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Groups(tmp_path / "gone", 1).make(1)
    with pytest.raises(OSError, match="No such file"):
        Groups(tmp_path, 2).make(1)
    assert list(tmp_path.iterdir()) == []


def test_a_command_joins_before_it_begins(tmp_path: Path) -> None:
    argv = Group(tmp_path, 1).joined(["sh", "-c", 'cat "$0"; echo "$1"', f"{tmp_path}/cgroup.procs", "a b"])
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert done.stdout == "0\na b\n", "0 means the writer"


def test_a_group_that_cannot_be_joined_does_not_cost_the_command(tmp_path: Path) -> None:
    argv = Group(tmp_path / "gone", 1).joined(["sh", "-c", "echo ran; exit 3"])
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "ran\n")
    assert "gone/cgroup.procs" in done.stderr


@pytest.mark.parametrize(
    ("events", "times"),
    [("max 0\n", 0), ("max 12\n", 12), ("max 3\nmax.imposed 5\n", 3), ("", 0), ("max many\n", 0), ("max", 0)],
)
def test_refusals_are_read(tmp_path: Path, events: str, times: int) -> None:
    (tmp_path / "pids.events").write_text(events)
    assert Group(tmp_path, 1).refused() == times


def test_a_group_that_is_gone_refused_nothing(tmp_path: Path) -> None:
    assert Group(tmp_path / "gone", 1).refused() == 0


def test_only_an_empty_group_goes(tmp_path: Path) -> None:
    busy, empty = tmp_path / "busy", tmp_path / "empty"
    (busy / "living").mkdir(parents=True)
    empty.mkdir()
    assert not Group(busy, 1).remove()
    assert Group(empty, 1).remove()
    assert Group(empty, 1).remove(), "once more is no harm"
    assert [path.name for path in tmp_path.iterdir()] == ["busy"]


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    kept = {
        f"quintet-{os.getpid()}-1a",
        f"quintet-{NOBODY}-busy",
        f"quintet-{NOBODY}-0b",
        "other",
        "quintet-x-1",
    }
    for name in (*kept, f"quintet-{NOBODY}-0a"):
        (tmp_path / name).mkdir()
    (tmp_path / f"quintet-{NOBODY}-0b/living").mkdir()
    Groups(tmp_path, 1).sweep()
    assert {path.name for path in tmp_path.iterdir()} == kept
