"""From spawn to `initialize` answered: Quintet beside a pygls server that does nothing, in turns.

    python tests/bench/bench_start.py [ROUNDS]

Prints the median of each and their ratio, in wall seconds and in the processor's (which include the way to
the exit, and hardly depend on what else the machine does). Both start with the same interpreter, and in every
round one after the other, so that a busy machine slows both alike.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BARE = ["-c", "from pygls.lsp.server import LanguageServer; LanguageServer('bare', '1').start_io()"]
QUINTET = ["-m", "quintet", "serve"]


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    spent: dict[str, list[tuple[float, float]]] = {"bare": [], "quintet": []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            for name, arguments in (("bare", BARE), ("quintet", QUINTET)):
                before = _processor()
                wall = start([sys.executable, *arguments], Path(folder))
                if number:  # the first round fills the file cache
                    spent[name].append((wall, _processor() - before))
    for index, unit in enumerate(("wall", "processor")):
        bare, quintet = (statistics.median(times[index] for times in spent[name]) for name in spent)
        sys.stdout.write(
            f"{unit:10} bare {bare:.3f} s  quintet {quintet:.3f} s  ratio {quintet / bare:.2f}\n"
        )


def _processor() -> float:
    """Processor seconds of all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(command: list[str], folder: Path) -> float:
    """Seconds until a server spawned in `folder` has answered `initialize`; it is then asked to go."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with process:
        capabilities = {"general": {"positionEncodings": ["utf-16"]}}
        _send(
            process,
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities},
        )
        _receive(process)
        spent = time.perf_counter() - began
        _send(process, "shutdown", None)
        _receive(process)
        _send(process, "exit", None, request=False)
        process.wait(30)
    return spent


def _send(process: "subprocess.Popen[bytes]", method: str, params: Any, *, request: bool = True) -> None:
    message = {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": method} if request else {})
    body = json.dumps(message).encode()
    assert process.stdin
    process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    process.stdin.flush()


def _receive(process: "subprocess.Popen[bytes]") -> Any:
    assert process.stdout
    length = 0
    while (line := process.stdout.readline().strip()) != b"":
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    return json.loads(process.stdout.read(length))


if __name__ == "__main__":
    main()
