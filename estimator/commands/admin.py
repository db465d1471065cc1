"""
``estimator admin add | disable | enable | reset | list``: accounts of the desk, for the first one and rescue.

What belongs to the store is imported inside functions: the other commands start half a second sooner that way.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from estimator.commands.shared import REFUSED, USED_WRONGLY, CommandRefused, login

if TYPE_CHECKING:
    from estimator.accounts.accounts import Account, Accounts

Act = Callable[[argparse.Namespace, "Accounts"], None]


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``admin`` to the commands."""
    admin = commands.add_parser("admin", help="accounts of the clinic's desk: add, disable, enable, reset, list")
    asked = admin.add_subparsers(required=True, metavar="ACTION")
    new = _action(asked, "add", _add, "a new account; prints a one-time link to start with")
    new.add_argument("name", metavar="NAME", help="as it will stand beside what this person publishes")
    new.add_argument("--email", metavar="ADDRESS", help="to sign in with as well; nothing is sent to it")
    new.add_argument("--role", required=True, choices=("editor", "publisher", "owner"))
    new.add_argument("--clinic", required=True, metavar="ID", help="whose tables: a clinic's id, national, or all")
    for name, act, help_ in (
        ("disable", _disable, "end somebody's sessions and let them in no more"),
        ("enable", _enable, "let somebody in again"),
        ("reset", _reset, "take a lost password away; prints a new one-time link"),
    ):
        _action(asked, name, act, help_).add_argument("name", metavar="NAME", help="a name or an e-mail address")
    asked.choices["reset"].add_argument(
        "--second-step", action="store_true", help="the phone or security key is lost too: remove the second step"
    )
    _action(asked, "list", _list, "everybody, with roles")


def _action(
    asked: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, act: Act, help_: str
) -> argparse.ArgumentParser:
    action = asked.add_parser(name, help=help_)
    action.set_defaults(run=partial(_run, act))
    return action


def _run(act: Act, options: argparse.Namespace) -> int:
    """Open the store, act, and say in a sentence what went wrong."""
    from estimator.accounts.accounts import AccountRefused, Accounts
    from estimator.store.database import StoreUnavailable
    from estimator.store.opening import open_store

    try:
        with closing(open_store()) as database:
            act(options, Accounts(database))
    except (StoreUnavailable, AccountRefused) as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    except CommandRefused as trouble:
        print(trouble, file=sys.stderr)
        return trouble.status
    return 0


def _add(options: argparse.Namespace, accounts: "Accounts") -> None:
    from estimator.accounts.accounts import EVERYWHERE, EVERYWHERE_IN_COMMANDS, Grant

    scope = EVERYWHERE if options.clinic == EVERYWHERE_IN_COMMANDS else options.clinic
    known = _owners(accounts)
    if scope != EVERYWHERE and scope not in known:
        raise CommandRefused(
            f"There is no clinic '{scope}'. Known: {', '.join([EVERYWHERE_IN_COMMANDS, *known])}.", USED_WRONGLY
        )
    grants = [Grant(options.role, scope)]
    account, code = accounts.add(options.name, options.email, grants, by=login(), now=datetime.now(UTC))
    _print_link(account, code)


def _disable(options: argparse.Namespace, accounts: "Accounts") -> None:
    account = _named(options, accounts)
    accounts.disable(account.id, by=login(), now=datetime.now(UTC))
    print(f"{account.name} can no longer sign in.")


def _enable(options: argparse.Namespace, accounts: "Accounts") -> None:
    account = _named(options, accounts)
    accounts.enable(account.id, by=login())
    print(f"{account.name} can sign in again.")


def _reset(options: argparse.Namespace, accounts: "Accounts") -> None:
    account = _named(options, accounts)
    code = accounts.reset(account.id, by=login(), now=datetime.now(UTC), second_factor=options.second_step)
    if account.second_factor and not options.second_step:
        print("The second step is still asked for; --second-step removes it.")
    _print_link(account, code)


def _list(_options: argparse.Namespace, accounts: "Accounts") -> None:
    from estimator.accounts.accounts import roles_in_words

    for account in accounts.all():
        state = "disabled" if account.disabled_at else "" if account.password else "not started yet"
        said = (account.name, account.email, roles_in_words(account.grants), state)
        print(" · ".join(filter(None, said)))


def _named(options: argparse.Namespace, accounts: "Accounts") -> "Account":
    account = accounts.named(options.name)
    if account is None:
        raise CommandRefused(f"There is no account '{options.name}'. `estimator admin list` shows all.", USED_WRONGLY)
    return account


def _owners(accounts: "Accounts") -> list[str]:
    """Whose tables there are: those published, and those in the folder, which may wait for the first start."""
    from estimator.places import pricing_folder
    from estimator.versions.publications import Publications

    on_disk = {path.stem for path in (pricing_folder(Path.cwd()) / "clinics").glob("*.yaml")}
    clinics = on_disk | set(Publications(accounts.database).owners())
    return ["national", *sorted(clinics - {"national"})]


def _print_link(account: "Account", code: str) -> None:
    from estimator.accounts.one_time import HOURS

    print(f"One-time link for {account.name}, good for {HOURS} hours, after the site's address:")
    print(f"  /admin/start?code={code}")
    print(f"Or type the code {code} at /admin/start. It is shown only now.")
