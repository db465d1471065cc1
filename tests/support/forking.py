"""
Children of the test's own process: warmed up by what it has imported, and at work at the same time.

A child opens what it needs (databases above all) for itself; nothing that was opened before the fork is its own.
"""

import contextlib
import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

T = TypeVar("T")

NOBODY = 65534


def fork(life: Callable[[], object]) -> int:
    """Start a child that lives `life` and then ends, whatever comes of it; returns its process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # Newer Pythons warn of forking beside threads; a child touches nothing that a thread of ours may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    try:
        life()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """
    What `work(0)` … `work(count - 1)` returned, each in a process of its own, all let go at the same moment.

    Raises `AssertionError` with the words of a child that failed; none outlives the call.
    """
    gate, opener = os.pipe()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, gate)
        stack.callback(os.close, opener)
        answers = [stack.enter_context(_child(lambda place=place: work(place), gate)) for place in range(count)]
        os.write(opener, b"!" * count)
        return [_answer(pipe) for pipe in answers]


def become_nobody(folder: Path) -> None:
    """In a child: work in a folder as somebody whom its rights bind; they do not bind root."""
    os.chdir(folder)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@contextlib.contextmanager
def _child(work: Callable[[], T], gate: int) -> Iterator[IO[bytes]]:
    """The pipe on which a child answers, once it was let through the gate; it is gone at the end."""
    ours, theirs = os.pipe()

    def life() -> None:
        os.close(ours)
        os.read(gate, 1)
        try:
            answer: Any = (work(), None)
        except BaseException:
            answer = (None, traceback.format_exc())
        with open(theirs, "wb") as pipe:
            pickle.dump(answer, pipe)

    child = fork(life)
    os.close(theirs)
    with open(ours, "rb") as pipe:
        try:
            yield pipe
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _answer(pipe: IO[bytes]) -> Any:
    data = pipe.read()
    assert data, "A child ended without a word"
    answer, trouble = pickle.loads(data)
    assert trouble is None, trouble
    return answer
