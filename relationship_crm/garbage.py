"""Python's search for reference cycles, put off while a long list is built.

It looks at every object there is again and again while their number grows: a tenth of the time of a list of 50,000 people,
which has no cycles. Memory without cycles is given back at once, as always.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
#: How many builders there are; a process may serve several users.
_builders = 0
_was_on = True


@contextmanager
def put_off() -> Iterator[None]:
    """No search meanwhile, in this process; a decorator, too. It goes on when the last builder is done, if it was on before."""
    global _builders, _was_on
    with _lock:
        if not _builders:
            _was_on = gc.isenabled()
            gc.disable()
        _builders += 1
    try:
        yield
    finally:
        with _lock:
            _builders -= 1
            if not _builders and _was_on:
                gc.enable()
