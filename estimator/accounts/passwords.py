"""
Passwords: argon2id hashes, and what makes one too easy to guess.

An unknown name is checked against a hash as well: it costs the same 0.07 s, so that time does not tell which names
there are. A check that answered early would tell it.
"""

import unicodedata

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from estimator.accounts.accounts import Account, AccountRefused, normalized
from estimator.sentences import marked as _

SHORTEST = 12
LONGEST = 200
FEWEST_LETTERS = 6
"""How many different characters there have to be."""

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
    """Raises `AccountRefused` where a password is too short, too long or too easy to guess."""
    same = _same(password)
    if len(same) < SHORTEST:
        raise AccountRefused(
            _("Use at least {least} characters; four random words are good."), "password", least=str(SHORTEST)
        )
    if len(same) > LONGEST:
        raise AccountRefused(_("Use at most {most} characters."), "password", most=str(LONGEST))
    known = {normalized(said) for said in (account.name, account.email or "", "ketamine cost estimator") if said}
    plain = normalized(same)
    if len(set(plain)) < FEWEST_LETTERS or any(plain in one * 3 or (len(one) > 4 and one in plain) for one in known):
        raise AccountRefused(_("This one is too easy to guess; four random words are good."), "password")


def _same(password: str) -> str:
    """The same characters, however the keyboard made them; no more of them than anybody may have."""
    return unicodedata.normalize("NFKC", password)[: LONGEST + 1]
