"""What the commands about versions say, and how they end when the answer is no."""

import getpass
from typing import TYPE_CHECKING

from estimator.store.stored_sentences import BY_DISK, BY_ESTIMATOR

if TYPE_CHECKING:
    from estimator.versions.desk import Desk
    from estimator.versions.publications import Publication

REFUSED = 1
USED_WRONGLY = 2
"""Exit statuses, as of the other commands: the answer is no; the question cannot be understood."""


class CommandRefused(Exception):
    """A sentence for the person at the keyboard, and the exit status."""

    def __init__(self, sentence: str, status: int = REFUSED) -> None:
        super().__init__(sentence)
        self.status = status


def login() -> str:
    """Who sits at the keyboard, as far as the machine knows."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        return "command line"
    # The program itself writes under these names.
    return f"{user} (command line)" if user in (BY_DISK, BY_ESTIMATOR) else user


def reason(text: str) -> str:
    """The reason somebody gave; raises `CommandRefused` for an empty one."""
    if not text.strip():
        raise CommandRefused("Say with --why what changed and why.", USED_WRONGLY)
    return text.strip()


def print_changes(desk: "Desk", before: "Publication", after: "Publication") -> None:
    """What one publication changed in the other, in words, a line each."""
    from estimator.prices.comparing.change_words import in_words
    from estimator.versions.comparing import PublicationComparer

    found = PublicationComparer(desk.database).changes(before, after)
    if found is None:
        print("One of the two can no longer be read as price tables. --lines shows how the texts differ.")
    elif not found:
        same = before.digest == after.digest
        print("No difference." if same else "The prices are the same. --lines shows how the texts differ.")
    for change in found or ():
        print(f"- {in_words(change)}")
