"""
Processes that are killed at a random moment of their work, as by `kill -9` or when a container ends.

`kill_while` forks the test's own process, so that one kill costs milliseconds instead of the start of an interpreter:

    def publish_without_end(say):
        database = open_database(url)  # never one that was opened before the fork
        for number in itertools.count(1):
            publish(database, number)
            say(f"{number}")  # only what is done is said

    moments = Random(7)
    for _ in range(200):
        done = kill_while(publish_without_end, moments.uniform(0, 0.05))
        assert everything_is_there(done)

What the child said is what it had reported as done when it died: whole lines, none lost in a buffer.
"""

import os
import select
import signal
import time
import traceback
from collections.abc import Callable

from support.forking import fork

Say = Callable[[str], None]

CHUNK = 65536


def kill_while(work: Callable[[Say], None], seconds: float, after: int = 0) -> list[str]:
    """
    Run `work` in a child, kill it `seconds` after it began, and return the lines it had said by then.

    With `after` it is killed `seconds` after it had said so many lines: in the midst of its work however busy the
    machine is.

    `work` gets a function that says a line (shorter than a pipe's atomic write, 4,096 bytes) and has to go on until it
    is killed. Raises `AssertionError` with the child's own words when it ended earlier.
    """
    ours, theirs = os.pipe()

    def life() -> None:
        os.close(ours)
        _work_until_killed(work, theirs)

    child = fork(life)
    os.close(theirs)
    try:
        said = _listen(ours, seconds, 1 + after)
    finally:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        with open(ours, "rb") as pipe:
            rest = pipe.read()
    lines = (said + rest).decode().splitlines()
    assert os.WIFSIGNALED(status), "The child ended before it was killed:\n" + "\n".join(lines)
    assert lines[:1] == ["begun"], f"The child was never heard: {lines}"
    return lines[1:]


def _work_until_killed(work: Callable[[Say], None], pipe: int) -> None:
    def say(line: str) -> None:
        os.write(pipe, f"{line}\n".encode())

    say("begun")
    try:
        work(say)
        say("There was nothing left to do.")
    except BaseException:
        say(traceback.format_exc())


def _listen(pipe: int, seconds: float, lines: int) -> bytes:
    """What comes out of the pipe until `seconds` after so many lines, or until its end."""
    said = b""
    while said.count(b"\n") < lines and (heard := os.read(pipe, CHUNK)):
        said += heard
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            heard = os.read(pipe, CHUNK)
            if not heard:
                break
            said += heard
    return said
