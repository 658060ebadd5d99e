"""The search for cycles stops while a list is built, and goes on afterwards, whatever happens."""

from __future__ import annotations

import gc
from threading import Event, Thread

import pytest

from relationship_crm import garbage


def test_it_goes_on_afterwards() -> None:
    with garbage.put_off():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_one_in_another_and_an_error() -> None:
    @garbage.put_off()
    def build() -> None:
        raise ValueError

    for _again in range(2):
        with garbage.put_off():
            with pytest.raises(ValueError):
                build()
            assert not gc.isenabled()
        assert gc.isenabled()


def test_who_is_done_first_does_not_disturb_the_other() -> None:
    started, done = Event(), Event()

    def other() -> None:
        with garbage.put_off():
            started.set()
            done.wait(5)

    thread = Thread(target=other)
    with garbage.put_off():
        thread.start()
        started.wait(5)
    assert not gc.isenabled()
    done.set()
    thread.join()
    assert gc.isenabled()


def test_what_was_off_stays_off() -> None:
    gc.disable()
    try:
        with garbage.put_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
