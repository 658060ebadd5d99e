"""Real processes on the site, each with a connection of its own: for what happens at the same time, and for what is killed.

A worker runs a function of a test file: ``Worker(sell, 0, 30).result()``. The function takes and returns what JSON can
hold. What it commits, the test takes away again (committed.py).

The file is also the program of the processes: ``python workers.py FILE FUNCTION SITE BENCH ARGUMENTS``.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SITE, BENCH = (
    os.environ.get("RCRM_SITE", ""),
    Path(os.environ.get("BENCH_DIR") or Path.home() / "frappe-bench"),
)
#: Seconds anything may take.
PATIENCE = 180
READY = "ready"


class Worker:
    """A process that runs a function, at once or when it is told to begin."""

    def __init__(self, function: Callable[..., Any], *args: Any, begin: bool = True) -> None:
        given = (inspect.getfile(function), function.__name__, SITE, BENCH, json.dumps(args, default=str))
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  (goes with the worker)
        self.process = subprocess.Popen(
            [sys.executable, __file__, *map(str, given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        if begin:
            self.begin()

    def await_ready(self) -> None:
        """Until it is connected to the site and stands at the line."""
        able, *_rest = select.select([self.process.stdout], [], [], PATIENCE)
        assert able and self.process.stdout.readline().strip() == READY, self.errors()

    def begin(self) -> None:
        """Let it go."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self) -> Any:
        """What the function returned, once it ended well."""
        out, _nothing = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, self.errors()
        return json.loads(out.splitlines()[-1])

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def errors(self) -> str:
        """The last of what it complained about."""
        self._errors.seek(0)
        return self._errors.read()[-3000:]


def at_once(*calls: tuple[Any, ...]) -> list[Any]:
    """Calls (function, argument…) in a process each, begun in the same moment; what each returned."""
    workers = [Worker(*call, begin=False) for call in calls]
    try:
        for worker in workers:
            worker.await_ready()
        for worker in workers:
            worker.begin()
        return [worker.result() for worker in workers]
    finally:
        for worker in workers:
            if worker.is_running():
                worker.kill()


def wait_for(condition: Callable[[], bool], worker: Worker | None = None) -> None:
    """Wait until the commits of others, or of this worker, make something true."""
    from committed import fresh

    end = time.monotonic() + PATIENCE
    while True:
        fresh()
        if condition():
            return
        assert worker is None or worker.is_running(), worker.errors()
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def work(file: str, function: str, site: str, bench: str, args: str) -> None:
    """What the process does, with the code of this checkout, as the tests themselves."""
    sys.path[:0] = [str(Path(file).parent), str(Path(__file__).resolve().parents[2])]
    import frappe

    os.chdir(Path(bench) / "sites")
    frappe.init(site, sites_path=str(Path(bench) / "sites"))
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True
    answer = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # what ERPNext prints is no result
        called = getattr(importlib.import_module(Path(file).stem), function)
        print(READY, file=answer, flush=True)
        sys.stdin.readline()
        found = called(*json.loads(args))
    frappe.destroy()
    print(json.dumps(found, default=str), file=answer, flush=True)


if __name__ == "__main__":
    work(*sys.argv[1:])
