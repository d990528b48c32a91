"""How many candidates a second the sandbox judges: the warm judge beside a fresh process, in one run.

    python tests/bench/bench_judge.py [--seconds S]

The program is one function with one pytest test, as in function-level repair; each candidate is another wrong
edit of it. Both ways run inside the same sandbox with the same plugins. The load of the machine is printed,
for it is in every number.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from quintet.tools.process_tree import descendants
from quintet.tools.sandbox import probe
from quintet.tools.trial import Trial, open_trial
from quintet.tools.whole import run_whole
from quintet.workspace.document import Document
from quintet.workspace.edits import Patch, replace_text
from quintet.workspace.snapshot import open_snapshot

PROGRAM = '''def below_zero(operations):
    """Whether the balance of an account ever falls below zero."""
    balance = {start}
    for op in operations:
        balance += op
        if balance == 0:
            return True
    return False
'''
TEST = """from solution import below_zero


def test_all():
    assert not below_zero([])
    assert not below_zero([1, 2, -3, 1, 2, -3])
    assert below_zero([1, 2, -4, 5, 6])
"""
PLAIN = "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 "


async def main(seconds: float) -> None:
    """Print the table."""
    sandbox = probe()
    sys.stdout.write(
        f"{sandbox.level}, Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "solution.py").write_text(PROGRAM.format(start=0))
        (root / "test_solution.py").write_text(TEST)
        for label, prefix in (("no plugins", PLAIN), ("installed plugins", "")):
            command = f"{prefix}{sys.executable} -m pytest -q -p no:cacheprovider test_solution.py"
            async with open_trial(open_snapshot(root), command=command, sandbox=sandbox) as trial:
                started = time.perf_counter()
                await trial.judge(candidate(trial, 0))
                ready = time.perf_counter() - started
                warm, processor = await rate(trial, seconds, warm=True)
                fresh, _ = await rate(trial, seconds, warm=False)
            sys.stdout.write(
                f"{label:18} warm judge {warm:6.1f} /s ({processor * 1000:.0f} ms of processor time each)   "
                f"fresh process {fresh:5.2f} /s   {warm / fresh:4.0f} x   ready after {ready:.2f} s\n"
            )


async def rate(trial: Trial, seconds: float, *, warm: bool) -> tuple[float, float]:
    """Candidates a second, over at least `seconds` and three candidates, and the processor time of each."""
    started, used = time.perf_counter(), processor_time(trial)
    judged = 0
    while judged < 3 or time.perf_counter() - started < seconds:
        judged += 1
        if warm:
            assert not (await trial.judge(candidate(trial, judged))).plausible
        else:
            trial.shadow.write({"solution.py": Document("solution.py", PROGRAM.format(start=1000 + judged))})
            report = await run_whole(
                trial.setting, trial.shadow.place, select=trial.quick.select(trial.named)
            )
            trial.shadow.restore()
            assert report.run.failing == trial.named
    return judged / (time.perf_counter() - started), (processor_time(trial) - used) / judged


def processor_time(trial: Trial) -> float:
    """Seconds that this process and the judge, with the forks it buried, have used."""
    ticks = 0
    if trial.quick.warm is not None:
        for process in descendants(trial.quick.warm.child.process.pid):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def candidate(trial: Trial, number: int) -> Patch:
    """A wrong edit, another for every number."""
    document = trial.snapshot.document("solution.py")
    assert isinstance(document, Document)
    return Patch((replace_text(document, PROGRAM.format(start=1000 + number)),))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to measure each way")
    asyncio.run(main(parser.parse_args().seconds))
