"""Accounts in the store, on SQLite and PostgreSQL: names, roles, passwords, sessions, codes, attempts."""

import gzip
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from estimator.accounts import one_time, passwords, throttle
from estimator.accounts.accounts import EVERYWHERE, ROLES, Account, AccountRefused, Accounts, Grant, normalized
from estimator.accounts.one_time import OneTimeCodes
from estimator.accounts.passkeys import MOST, Passkey, Passkeys
from estimator.accounts.second_factors import SecondFactors, looks_like_recovery_code, new_totp_secret
from estimator.accounts.secret import BadSecret, site_secret
from estimator.accounts.sign_ins import SignIns
from estimator.accounts.throttle import Throttle, key_of_address, key_of_browser, keys_of_guess
from estimator.accounts.unfinished import UnfinishedSteps
from estimator.store.account_tables import accounts as accounts_table
from estimator.store.account_tables import one_time_codes, recovery_codes, sign_ins, unfinished
from estimator.store.journal import Journal

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OWNER = Grant("owner", EVERYWHERE)
SECRET = "a secret that only the tests have"


@pytest.fixture
def accounts(database):
    return Accounts(database)


def added(accounts, name="Dana Reyes", *grants, email=None):
    return accounts.add(name, email, grants or (OWNER,), by="test", now=NOW)[0]


# Who there is


def test_an_account_is_found_by_its_name_and_its_address_however_they_are_written(accounts):
    dana = added(accounts, "Dana  Reyes", email="Dana@Example.org")
    assert dana.name == "Dana Reyes"
    for said in ("dana reyes", " DANA REYES ", "dana@example.org", "\uff24ana Reyes"):
        assert accounts.named(said) == dana
    assert accounts.named("dana") is None


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        ("", None, "name"),
        ("   ", None, "name"),
        ("x" * 81, None, "name"),
        ("Da\u200bna", None, "name"),
        ("Dana", "nobody", "email"),
        ("Dana", "a b@example.org", "email"),
        ("DANA REYES", None, "name"),
        ("dana@example.org", None, "name"),
        ("Other", "DANA@example.org", "email"),
    ],
)
def test_a_name_that_cannot_be_told_from_another_is_refused(accounts, name, email, field):
    """Neither a bad name nor one that somebody signs in with; the refusal says which field it is about."""
    added(accounts, email="dana@example.org")
    with pytest.raises(AccountRefused) as refusal:
        accounts.add(name, email, [OWNER], by="test", now=NOW)
    assert refusal.value.field == field
    assert len(accounts.all()) == 1


@pytest.mark.parametrize("name", ["estimator", "Edited on  disk"])
def test_nobody_is_called_as_the_program_itself(accounts, name):
    """What the program does by itself stands in the history and the log under these names."""
    with pytest.raises(AccountRefused, match="has the name"):
        accounts.add(name, None, [OWNER], by="test", now=NOW)


def test_an_account_has_at_least_one_role(accounts):
    with pytest.raises(AccountRefused):
        accounts.add("Dana", None, [], by="test", now=NOW)
    dana = added(accounts)
    with pytest.raises(AccountRefused):
        accounts.take(dana.id, OWNER, by="test")
    assert accounts.get(dana.id) == dana


def test_everybody_is_listed_by_name(accounts):
    for name in ("zoe", "Adam", "bo"):
        added(accounts, name)
    assert [one.name for one in accounts.all()] == ["Adam", "bo", "zoe"]
    assert accounts.any()


# What they may do


scopes = st.sampled_from(["*", "national", "harbor", "river"])
held = st.lists(st.builds(Grant, st.sampled_from(ROLES), scopes), max_size=4)


def person(grants, disabled=None):
    return Account(1, "x", None, None, None, b"", NOW, disabled, tuple(grants), 0, 0)


@given(held, st.sampled_from(ROLES), st.sampled_from(["national", "harbor", "river", "*"]))
def test_a_role_is_enough_for_lower_ones_at_its_own_tables(grants, role, owner):
    """The table in words: editor < publisher < owner; at one owner's tables, or at all."""
    rank = {"editor": 1, "publisher": 2, "owner": 3}
    expected = any(rank[one.role] >= rank[role] and (one.scope == "*" or one.scope == owner) for one in grants)
    assert person(grants).may(role, owner) is expected
    assert person(grants, disabled=NOW).may(role, owner) is False
    assert (owner in person(grants).scopes(role)) <= expected


@given(held, held)
def test_an_owner_manages_those_from_whom_nothing_can_be_gained(mine, theirs):
    """Resetting somebody's sign-in could take over what they may do; so it takes being an owner of all of that."""
    manager, other = person(mine), replace(person(theirs), id=2)
    if manager.manages(other):
        assert theirs
        assert all(manager.may("owner", grant.scope) for grant in theirs)
        assert all(manager.may(grant.role, grant.scope) for grant in theirs)


@pytest.mark.parametrize("how", ["disable", "demote"])
def test_the_last_owner_of_everything_stays(accounts, how):
    """Otherwise nobody could add accounts any more; somebody disabled does not count."""
    for name in ("Dana", "Bo"):
        accounts.give(added(accounts, name).id, Grant("owner", "national"), by="test")
    dana, bo = accounts.named("Dana"), accounts.named("Bo")

    def lose(account):
        if how == "disable":
            accounts.disable(account.id, by="test", now=NOW)
        else:
            accounts.take(account.id, OWNER, by="test")

    lose(bo)
    with pytest.raises(AccountRefused, match="Dana is the last owner"):
        lose(dana)
    assert accounts.get(dana.id) == dana
    accounts.enable(bo.id, by="test")
    accounts.give(bo.id, OWNER, by="test")
    lose(dana)


def test_two_owners_who_shut_each_other_out_at_once_do_not_both_succeed(accounts):
    people = [added(accounts, "Dana"), added(accounts, "Bo")]
    refused = []
    start = threading.Barrier(2)

    def shut_out(account):
        start.wait()
        try:
            accounts.disable(account.id, by="test", now=NOW)
        except AccountRefused:
            refused.append(account.name)

    threads = [threading.Thread(target=shut_out, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sum(one.disabled_at is None for one in accounts.all()) == 1


def test_of_two_owners_who_change_different_roles_at_once_both_are_heard(accounts):
    """No role comes back, and none is lost, because somebody else changed another one at the same moment."""
    dana = added(accounts)
    places = [f"clinic-{number}" for number in range(8)]
    for place in places[::2]:
        accounts.give(dana.id, Grant("editor", place), by="test")
    start = threading.Barrier(len(places))

    def change(place):
        start.wait()
        (accounts.take if place in places[::2] else accounts.give)(dana.id, Grant("editor", place), by="test")

    threads = [threading.Thread(target=change, args=(place,)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(accounts.get(dana.id).grants) == {OWNER, *(Grant("editor", place) for place in places[1::2])}


def test_what_happens_to_an_account_is_logged_and_tells_no_secret(accounts, database):
    harbor = Grant("editor", "harbor")
    dana, code = accounts.add("Dana", None, [harbor], by="olga", now=NOW)
    accounts.give(dana.id, Grant("publisher", "harbor"), by="olga")
    accounts.disable(dana.id, by="olga", now=NOW)
    accounts.enable(dana.id, by="olga")
    other = accounts.reset(dana.id, by="olga", now=NOW)
    hashed = passwords.hashed("four random words here")
    accounts.set_password(dana.id, hashed, by="Dana", action="set a password")
    entries = list(Journal(database).all())
    assert [(one.who, one.action, one.owner) for one in entries] == [
        ("olga", "added an account", "harbor"),
        ("olga", "changed roles", "harbor"),
        ("olga", "disabled an account", "harbor"),
        ("olga", "enabled an account", "harbor"),
        ("olga", "reset a sign-in", "harbor"),
        ("Dana", "set a password", "harbor"),
    ]
    assert entries[1].detail == "Dana: editor of harbor → publisher of harbor"
    written = " ".join(f"{one.action} {one.detail}" for one in entries)
    assert not [secret for secret in (code, other, hashed) if secret in written]


# Passwords


def test_a_password_is_kept_as_an_argon2id_hash():
    """19 MiB, two passes, one lane, salted."""
    one, other = passwords.hashed("four random words here"), passwords.hashed("four random words here")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert not passwords.needs_rehash(one)
    assert passwords.needs_rehash(one.replace("t=2", "t=3"))


def test_only_the_right_password_matches_and_none_where_there_is_none():
    hashed = passwords.hashed("naïve café ½ password")
    dana = replace(person([OWNER]), password=hashed)
    assert passwords.matches(dana, "naïve café ½ password")
    assert passwords.matches(dana, "nai\u0308ve cafe\u0301 ½ password")
    for wrong in ("", "naive cafe ½ password", "naïve café ½ password "):
        assert not passwords.matches(dana, wrong)
    assert not passwords.matches(replace(dana, disabled_at=NOW), "naïve café ½ password")
    for nobody in (None, replace(dana, password=None)):
        assert not passwords.matches(nobody, "nobody has this one")


def test_a_name_that_nobody_has_costs_the_same_hashing(monkeypatch):
    """Otherwise the time of an answer would tell which names there are."""
    hashings = []
    real = passwords._hasher

    class Counting:
        def verify(self, kept, password):
            hashings.append(kept.split("$")[3])
            return real.verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    dana = replace(person([OWNER]), password=real.hash("four random words here"))
    for account in (dana, None, replace(dana, disabled_at=NOW), replace(dana, password=None)):
        passwords.matches(account, "something else")
    assert hashings == ["m=19456,t=2,p=1"] * 4


@pytest.mark.parametrize(
    "password",
    ["", "elevenchars", "aaaaaaaaaaaaaaaa", "abababababab", "Dana ReyesDana Reyes", "x dana reyes 1", "x" * 201],
)
def test_a_password_that_is_easily_guessed_is_refused(password):
    with pytest.raises(AccountRefused) as refusal:
        passwords.refuse_weak(password, replace(person([OWNER]), name="Dana Reyes"))
    assert refusal.value.field == "password"


DANA = replace(person([Grant("owner", "lakeside-wellness")]), name="Dana Reyes", email="d.moreno@sunnyhill.example")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("reyes-moreno-1980", "do not count"),
        ("Ketamina2026!!", "do not count"),
        ("lakeside wellness 1", "do not count"),
        ("LakesideLakeside!", "do not count"),
        ("sunnyhill4u now", "do not count"),
        ("oneromseyer 12345", "do not count"),
        ("1QAZ2wsx3edc", "stolen elsewhere"),
        ("chickenwing101", "stolen elsewhere"),
        ("motherfucker", "stolen elsewhere"),
        ("P@ssw0rdP@ssw0rd", "too easy to guess"),
        ("sunshine2026!", "too easy to guess"),
        ("zaq1zaq1zaq1zaq1", "too easy to guess"),
    ],
)
def test_what_would_be_tried_first_is_refused_and_it_is_said_why(password, why):
    with pytest.raises(AccountRefused, match=why):
        passwords.refuse_weak(password, DANA)


def test_the_most_common_passwords_of_the_right_length_are_refused_offline():
    """ASVS asks for the first 3,000; there are 43,940, some of them very random to look at."""
    with gzip.open(passwords.COMMON, "rt", encoding="utf-8") as lines:
        common = [line.rstrip("\n") for line in lines]
    assert len(common) == len(set(common)) > 40_000
    assert min(map(len, common)) >= passwords.SHORTEST
    for password in (*common[:3000:100], *common[3000::4000], common[-1]):
        with pytest.raises(AccountRefused):
            passwords.refuse_weak(password.upper(), DANA)


@pytest.mark.parametrize(
    "password",
    [
        "twelve chars",
        "correct horse battery staple",
        "パスワードは十二文字以上で",
        "ñandú vuela ya",
        "only small letters here",
        "7302958164 2847",
        "my dog Reyes eats tulips",
    ],
)
def test_long_passwords_of_any_characters_are_taken(password):
    passwords.refuse_weak(password, replace(person([OWNER]), name="Dana Reyes"))


# Sessions


@pytest.fixture
def sessions(database):
    return SignIns(database)


def test_a_session_goes_on_while_it_is_used_and_ends_after_half_an_hour_without(accounts, sessions):
    dana = added(accounts)
    token = sessions.begin(dana, "password", NOW)
    at = NOW
    for _ in range(5):
        at += timedelta(minutes=29)
        assert sessions.see(token, at).account == dana
    assert sessions.see(token, at + timedelta(minutes=30)) is None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(accounts, sessions):
    token = sessions.begin(added(accounts), "password", NOW)
    for minutes in range(0, 12 * 60, 20):
        assert sessions.see(token, NOW + timedelta(minutes=minutes))
    assert sessions.see(token, NOW + timedelta(hours=12)) is None


@pytest.mark.parametrize("how", ["disable", "reset", "set_password"])
def test_sessions_end_everywhere(accounts, sessions, how):
    added(accounts, "Olga")
    dana = added(accounts, "Dana")
    tokens = [sessions.begin(dana, "password", NOW) for _ in range(3)]
    if how == "disable":
        accounts.disable(dana.id, by="Olga", now=NOW)
    elif how == "reset":
        accounts.reset(dana.id, by="Olga", now=NOW)
    else:
        kept = sessions.see(tokens[0], NOW).digest
        accounts.set_password(dana.id, "hash", keep=kept, by="Dana", action="changed the password")
        assert sessions.see(tokens.pop(0), NOW)
    assert [sessions.see(token, NOW) for token in tokens] == [None] * len(tokens)
    if how == "disable":
        assert sessions.begin(dana, "password", NOW) is None
        accounts.enable(dana.id, by="Olga")
        assert [sessions.see(token, NOW) for token in tokens] == [None] * len(tokens), "enabled sessions come back"


def test_one_session_is_ended_or_all_but_one(accounts, sessions):
    dana, bo = added(accounts, "Dana"), added(accounts, "Bo")
    here, there, bos = (sessions.begin(one, "password", NOW) for one in (dana, dana, bo))
    assert [one.this for one in sessions.of(sessions.see(here, NOW), NOW)].count(True) == 1
    assert sessions.end_others(sessions.see(here, NOW)) == 1
    assert sessions.see(there, NOW) is None
    sessions.end(sessions.see(here, NOW))
    assert sessions.see(here, NOW) is None
    assert sessions.see(bos, NOW)


def test_the_store_keeps_nothing_that_signs_in(accounts, sessions, database):
    """Digests of tokens and codes only, an encrypted app's secret: a stolen copy of the store opens no door."""
    dana, code = accounts.add("Dana", None, [OWNER], by="test", now=NOW)
    token = sessions.begin(dana, "password", NOW)
    secret = new_totp_secret()
    factors = SecondFactors(database, SECRET)
    codes = factors.add_totp(dana, secret, pyotp.TOTP(secret).at(NOW), NOW)
    half = UnfinishedSteps(database).begin("second step", dana, "{}", NOW)
    with database.reading() as connection:
        kept = [
            str(value)
            for table in (accounts_table, sign_ins, one_time_codes, recovery_codes, unfinished)
            for row in connection.execute(select(table))
            for value in row
        ]
    assert kept
    for hidden in (token, code, secret, half, *codes):
        assert not [value for value in kept if hidden in value or hidden.replace("-", "") in value]


def test_what_was_just_proved_need_not_be_proved_again_for_a_quarter_of_an_hour(accounts, sessions):
    token = sessions.begin(added(accounts), "password", NOW)
    later = NOW + timedelta(minutes=16)
    assert sessions.see(token, NOW + timedelta(minutes=14)).confirmed
    assert not sessions.see(token, later).confirmed
    new = sessions.confirm(sessions.see(token, later).digest, later)
    assert sessions.see(token, later) is None, "the token of before is still good"
    assert sessions.see(new, later + timedelta(minutes=14)).confirmed


# One-time codes


def test_a_one_time_code_is_good_for_a_day_and_until_it_is_used(accounts, database):
    codes = OneTimeCodes(database)
    dana, code = accounts.add("Dana", None, [OWNER], by="test", now=NOW)
    assert codes.whose(code, NOW) == codes.whose(code.lower().replace("-", " "), NOW) == dana.id
    assert codes.whose(code, NOW + timedelta(hours=24)) is None
    assert codes.whose("", NOW) is None
    newer = accounts.reset(dana.id, by="test", now=NOW)
    assert codes.whose(code, NOW) is None, "an older code still works"
    accounts.set_password(dana.id, "hash", by="Dana", action="set a password")
    assert codes.whose(newer, NOW) is None, "a code works twice"


def test_of_two_who_start_with_one_code_at_once_one_does(accounts):
    """The code is used up with the password that it sets; the other's password is not kept."""
    dana, code = accounts.add("Dana", None, [OWNER], by="test", now=NOW)
    assert not accounts.start(dana.id, code, "late", by="Dana", now=NOW + timedelta(hours=24))
    assert not accounts.start(added(accounts, "Bo").id, code, "theirs", by="Bo", now=NOW)
    kept = []

    def start():
        password = f"hash {threading.get_ident()}"
        good = accounts.start(dana.id, code, password, by="Dana", now=NOW)
        kept.extend([password] if good else [])
        return good

    assert _at_once(start) == 1
    assert accounts.get(dana.id).password == kept[0]
    assert [entry.action for entry in Journal(accounts.database).all()].count("set a password") == 1


def test_codes_are_long_and_easily_read():
    codes = {one_time.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert len(one_time.ALPHABET) == 32
    assert not set("01IO") & set("".join(codes))
    assert all(looks_like_recovery_code(code.lower()) for code in codes)
    assert not looks_like_recovery_code("123 456")


# Second factors


@pytest.fixture
def factors(database):
    return SecondFactors(database, SECRET)


def test_an_app_is_kept_once_its_code_is_right_and_each_code_is_good_once(accounts, factors):
    dana, secret = added(accounts), new_totp_secret()
    app = pyotp.TOTP(secret)
    assert factors.add_totp(dana, secret, "000000" if app.at(NOW) != "000000" else "111111", NOW) is None
    assert accounts.get(dana.id).totp is None
    codes = factors.add_totp(dana, secret, app.at(NOW), NOW)
    assert len(codes) == len(set(codes)) == 10
    dana = accounts.get(dana.id)
    assert dana.second_factor
    assert not factors.totp_matches(dana, app.at(NOW), NOW), "the code that set the app up works again"
    later = NOW + timedelta(seconds=60)
    code = app.at(later)
    assert factors.totp_matches(dana, f"{code[:3]} {code[3:]}", later)
    assert not factors.totp_matches(dana, code, later)
    assert not factors.totp_matches(dana, app.at(later - timedelta(seconds=30)), later), "an older code works"


def test_what_was_sealed_is_opened_whole_and_with_the_same_secret_only(factors, database):
    sealed = factors.sealed("my secret")
    assert factors.opened(sealed) == "my secret"
    assert "my secret" not in sealed
    assert factors.sealed("my secret") != sealed
    other = SecondFactors(database, SECRET + "x")
    for broken in (sealed[:-5], sealed[:-8] + "AAAAAAA=", "gcm1.", "gcm1.é", "", "x"):
        assert factors.opened(broken) is None
    assert other.opened(sealed) is None


@pytest.mark.parametrize(("seconds", "good"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
def test_clocks_may_differ_by_half_a_minute(accounts, factors, seconds, good):
    dana, secret = added(accounts), new_totp_secret()
    factors.add_totp(dana, secret, pyotp.TOTP(secret).at(NOW), NOW)
    at = NOW + timedelta(hours=1)
    assert (
        factors.totp_matches(accounts.get(dana.id), pyotp.TOTP(secret).at(at + timedelta(seconds=seconds)), at) is good
    )


@given(st.text(max_size=12))
def test_no_text_is_a_code_by_accident(text):
    from estimator.accounts.second_factors import _counter

    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    right = {pyotp.TOTP(secret).at(NOW + timedelta(seconds=off)) for off in (-30, 0, 30)}
    assert (_counter(secret, text, NOW) is not None) == ("".join(text.split()) in right)


def test_a_code_tried_twice_at_once_is_good_once(accounts, factors):
    dana, secret = added(accounts), new_totp_secret()
    factors.add_totp(dana, secret, pyotp.TOTP(secret).at(NOW), NOW)
    dana, later = accounts.get(dana.id), NOW + timedelta(minutes=5)
    assert _at_once(lambda: factors.totp_matches(dana, pyotp.TOTP(secret).at(later), later)) == 1


def test_a_recovery_code_is_good_once(accounts, factors):
    dana, bo = added(accounts, "Dana"), added(accounts, "Bo")
    old = factors.new_recovery_codes(dana)
    codes = factors.new_recovery_codes(dana)
    assert not factors.use_recovery_code(dana, old[0]), "replaced codes still work"
    assert not factors.use_recovery_code(bo, codes[0]), "somebody else's code works"
    assert factors.use_recovery_code(dana, codes[0].lower().replace("-", " "))
    assert not factors.use_recovery_code(dana, codes[0])
    assert _at_once(lambda: factors.use_recovery_code(dana, codes[1])) == 1
    assert accounts.get(dana.id).recovery_codes == 8


def test_recovery_codes_go_with_the_last_second_factor(accounts, factors, database):
    dana, secret, keys = added(accounts), new_totp_secret(), Passkeys(database)
    factors.add_totp(dana, secret, pyotp.TOTP(secret).at(NOW), NOW)
    assert keys.add(dana, passkey(dana)) == [], "new codes though there were some"
    factors.remove_totp(accounts.get(dana.id))
    assert accounts.get(dana.id).recovery_codes == 10
    assert keys.remove(dana, b"key 1")
    assert accounts.get(dana.id).recovery_codes == 0
    assert len(keys.add(dana, passkey(dana))) == 10


def passkey(account, number=1):
    return Passkey(f"key {number}".encode(), account.id, "my phone", b"public", "localhost", 3, NOW, None)


def test_passkeys_belong_to_one_account_and_are_not_too_many(accounts, database):
    dana, bo, keys = added(accounts, "Dana"), added(accounts, "Bo"), Passkeys(database)
    keys.add(dana, passkey(dana))
    with pytest.raises(AccountRefused):
        keys.add(bo, passkey(bo))
    assert not keys.remove(bo, b"key 1")
    assert [key.name for key in keys.of(dana)] == ["my phone"]
    for number in range(2, MOST + 1):
        keys.add(dana, passkey(dana, number))
    with pytest.raises(AccountRefused, match=str(MOST)):
        keys.add(dana, passkey(dana, MOST + 1))


def test_a_copy_of_a_passkey_is_noticed_by_its_count(accounts, database):
    """Two answers with the same count before them: only one of them is the key's."""
    dana, keys = added(accounts), Passkeys(database)
    keys.add(dana, passkey(dana))
    seen = keys.get(b"key 1")
    assert keys.used(seen, 4, NOW)
    assert not keys.used(seen, 4, NOW)
    assert keys.get(b"key 1").used_at == NOW


def test_a_reset_keeps_the_second_step_unless_it_is_lost_too(accounts, factors, database):
    dana, secret = added(accounts), new_totp_secret()
    factors.add_totp(dana, secret, pyotp.TOTP(secret).at(NOW), NOW)
    Passkeys(database).add(dana, passkey(dana))
    accounts.reset(dana.id, by="test", now=NOW)
    again = accounts.get(dana.id)
    assert again.password is None
    assert (again.totp is not None, again.passkeys, again.recovery_codes) == (True, 1, 10)
    accounts.reset(dana.id, by="test", now=NOW, second_factor=True)
    again = accounts.get(dana.id)
    assert (again.totp, again.passkeys, again.recovery_codes) == (None, 0, 0)


# Attempts


def attempts(throttle_, keys, now, times):
    return [throttle_.begin(keys, now) for _ in range(times)]


def test_after_five_failures_the_wait_grows_up_to_a_quarter_of_an_hour(database):
    attempt, dana, at = Throttle(database), key_of_browser("dana's"), NOW
    assert attempts(attempt, [dana], at, 5) == [None] * 5
    waits = []
    for _ in range(8):
        wait = attempt.begin([dana], at)
        waits.append(wait.total_seconds())
        assert attempt.begin([dana], at + wait - timedelta(seconds=1)) == timedelta(seconds=1)
        at += wait
        assert attempt.begin([dana], at) is None
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def guess(attempt, name, address, now=NOW):
    return attempt.begin([*keys_of_guess(name, address), key_of_address(address)], now)


def test_guesses_at_a_name_are_counted_by_where_they_come_from_and_forgotten_after_a_day(database):
    """Five wrong passwords from elsewhere kept the right one out, for whoever knew a name."""
    attempt, here, elsewhere = Throttle(database), "192.0.2.7", "192.0.2.8"
    assert [guess(attempt, "dana", here) for _ in range(5)] == [None] * 5
    assert guess(attempt, "dana", here)
    assert guess(attempt, "dana", elsewhere) is None, "a stranger locks somebody out"
    assert guess(attempt, "bo", here) is None, "one name shuts out others"
    for number in range(14):
        assert guess(attempt, f"guess {number}", here) is None
    assert guess(attempt, "guess", here), "one address may guess for ever"
    assert [guess(attempt, "dana", here, NOW + timedelta(hours=25)) for _ in range(5)] == [None] * 5


def test_guesses_from_everywhere_are_counted_together_too(database):
    attempt = Throttle(database)
    found = [guess(attempt, "dana", f"192.0.2.{number}") for number in range(101)]
    assert found[:100] == [None] * 100
    assert found[100]


def test_signing_in_forgets_the_names_failures_but_not_the_addresss(database):
    """Whoever has an account of their own cannot use it to go on guessing others'."""
    attempt, here = Throttle(database), "192.0.2.7"
    for number in range(19):
        guess(attempt, f"guess {number}", here)
    assert guess(attempt, "dana", here) is None
    own, anywhere = keys_of_guess("dana", here)
    attempt.succeeded(own, [anywhere, key_of_address(here)], NOW)
    assert guess(attempt, "guess", here) is None
    assert guess(attempt, "another", here)


def test_a_clock_that_is_set_back_makes_no_wait_longer(database):
    """Somebody was told to wait for 46,081 minutes."""
    attempt, dana = Throttle(database), key_of_browser("dana's")
    for _ in range(30):
        wait = attempt.begin([dana], NOW)
    assert wait
    past = NOW - timedelta(days=32)
    assert attempt.begin([dana], past) == dana.longest
    assert attempt.begin([dana], past + dana.longest) is None


def test_attempts_at_the_same_moment_do_not_slip_through_together(database):
    attempt, dana = Throttle(database), key_of_browser("dana's")
    assert _at_once(lambda: attempt.begin([dana], NOW) is None, times=12) == 5


def test_addresses_of_one_household_count_together():
    assert key_of_address("2001:db8::1").digest == key_of_address("2001:db8::ffff:2").digest
    assert key_of_address("2001:db8::1").digest != key_of_address("2001:db8:0:1::1").digest
    assert key_of_address("192.0.2.7").digest != key_of_address("192.0.2.8").digest
    assert key_of_address(None).digest == key_of_address("").digest


@given(st.integers(1, 10_000))
def test_waits_never_shrink_and_never_exceed_the_longest(failures):
    one = key_of_browser("dana's")
    wait = throttle.wait_after(failures, one)
    assert wait <= throttle.wait_after(failures + 1, one) <= one.longest
    assert (wait == timedelta()) == (failures < one.free)


@given(st.text(max_size=300))
def test_names_are_compared_the_same_way_twice(said):
    assert len(normalized(said)) <= 120
    assert normalized(normalized(said)) == normalized(said)


# The site's secret


def test_the_secret_is_made_once_and_is_this_users_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("ESTIMATOR_SECRET", raising=False)
    made = []
    start = threading.Barrier(8)

    def ask():
        start.wait()
        made.append(site_secret(tmp_path / "data"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert len(made[0]) >= 48
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600


def test_a_secret_of_the_environment_goes_first_and_has_to_be_long(tmp_path, monkeypatch):
    monkeypatch.setenv("ESTIMATOR_SECRET", "x" * 32)
    assert site_secret(tmp_path) == "x" * 32
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("ESTIMATOR_SECRET", "hunter2")
    with pytest.raises(BadSecret, match="ESTIMATOR_SECRET") as bad:
        site_secret(tmp_path)
    assert "hunter2" not in str(bad.value)
    monkeypatch.delenv("ESTIMATOR_SECRET")
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(BadSecret):
        site_secret(tmp_path)


def _at_once(act, times=6):
    """How many of several at the same moment succeed."""
    done = []
    start = threading.Barrier(times)

    def one():
        start.wait()
        done.append(act())

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == times
    return sum(done)
