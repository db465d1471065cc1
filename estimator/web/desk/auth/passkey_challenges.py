"""
The WebAuthn ceremonies: making a passkey, and signing in with one.

A challenge is good for one answer and a few minutes (`accounts.unfinished`). A key works for the host name
that it was made for, which has to be a name (``localhost`` will do) and, elsewhere, https.
"""

import ipaddress
import json
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from estimator.accounts.accounts import Account
from estimator.accounts.passkeys import LONGEST_NAME, Passkey
from estimator.accounts.second_factors import ISSUER
from estimator.accounts.unfinished import Kind
from estimator.web.desk.services import services


def host() -> str:
    """The host name by which the browser reached this site."""
    return urlsplit(f"//{request.host}").hostname or ""


def possible() -> bool:
    """Whether browsers allow passkeys at this address: not at a bare number, and over https unless on this machine."""
    try:
        ipaddress.ip_address(host())
    except ValueError:
        return _https() or host() == "localhost"
    return False


def to_register(account: Account) -> dict[str, Any]:
    """What a browser needs to make a key for this account."""
    options = generate_registration_options(
        rp_id=host(),
        rp_name=ISSUER,
        user_id=account.passkey_user,
        user_name=account.email or account.name,
        user_display_name=account.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(services().passkeys.of(account)),
    )
    return _challenged(options, "new passkey", account)


def registered(account: Account, answer: str, name: str) -> Passkey | None:
    """The key that a browser made, if its `answer`, in JSON, is sound and answers our challenge."""
    challenge = _challenge("new passkey", account)
    if challenge is None:
        return None
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=host(), expected_origin=_origin()
        )
    except (WebAuthnException, ValueError):
        return None
    return Passkey(
        made.credential_id,
        account.id,
        name[:LONGEST_NAME],
        made.credential_public_key,
        host(),
        made.sign_count,
        services().now(),
        None,
    )


def to_sign_in(account: Account | None, kind: Kind = "passkey sign-in") -> dict[str, Any]:
    """What a browser needs to use one of the account's keys; of nobody in particular, then with a PIN or the like."""
    options = generate_authentication_options(
        rp_id=host(),
        allow_credentials=_descriptors(services().passkeys.of(account)) if account else None,
        user_verification=_verification(_alone(account, kind)),
    )
    return _challenged(options, kind, account)


def used(answer: str, account: Account | None, kind: Kind = "passkey sign-in") -> int | None:
    """
    The id of the account whose key gave this `answer`, in JSON, to our challenge.

    With `account`, whose password was right, one of its keys is enough. Without, or as a confirmation, the key stands
    alone: it has to have asked for a PIN, a finger or a face.
    """
    challenge = _challenge(kind, account)
    if challenge is None:
        return None
    keys = services().passkeys
    try:
        credential = parse_authentication_credential_json(answer)
        key = keys.get(credential.raw_id)
        if key is None or key.site != host() or (account is not None and key.account_id != account.id):
            return None
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=key.site,
            expected_origin=_origin(),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=_alone(account, kind),
        )
    except (WebAuthnException, ValueError):
        return None
    return key.account_id if keys.used(key, found.new_sign_count, services().now()) else None


def _verification(needed: bool) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if needed else UserVerificationRequirement.DISCOURAGED


def _alone(account: Account | None, kind: Kind) -> bool:
    return account is None or kind == "confirmation"


def _descriptors(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential) for key in keys if key.site == host()]


def _challenged(options: Any, kind: Kind, account: Account | None) -> dict[str, Any]:
    challenge = bytes_to_base64url(options.challenge)
    session["challenge"] = services().unfinished.begin(kind, account, challenge, services().now())
    answer: dict[str, Any] = json.loads(options_to_json(options))
    return answer


def _challenge(kind: Kind, account: Account | None) -> bytes | None:
    """The challenge that was given for this to this account, once."""
    given = services().unfinished.take(kind, session.pop("challenge", None), services().now())
    if given is None or given.account_id != (account.id if account else None):
        return None
    return base64url_to_bytes(given.data)


def _https() -> bool:
    return bool(current_app.config["DESK_HTTPS"] or request.is_secure)


def _origin() -> str:
    return f"{'https' if _https() else 'http'}://{request.host}"
