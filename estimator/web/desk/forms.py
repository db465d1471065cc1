"""The forms of accounts and sign-in. What is wrong is said by the store's rules; a form keeps what was typed."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, Form, PasswordField, RadioField, StringField
from wtforms.fields import SelectChoice, SelectField

from estimator.accounts.accounts import EVERYWHERE, ROLES, Account, AccountRefused
from estimator.web.desk.permissions import name_of_owner, name_of_role
from estimator.web.query import problem_sentence
from estimator.web.site import site

ANY_PASSWORD = 1000
"""Longer ones are not even hashed."""


class DeskForm(Form):  # type: ignore[misc, unused-ignore]
    """A form of the desk, filled with what was posted."""

    def __init__(self, **data: object) -> None:
        super().__init__(request.form if request.method == "POST" else None, data=data)

    def text(self, name: str) -> str:
        """What was typed in a field, without spaces around it and without what cannot be printed."""
        return "".join(c for c in (self[name].data or "") if c.isprintable()).strip()

    def problem(self, name: str, sentence: str) -> None:
        """Say what is wrong with a field."""
        field: Field = self[name]
        field.errors = [*field.errors, sentence]

    def refused(self, refusal: AccountRefused, otherwise: str) -> None:
        """Say a refusal beside the field it is about, or beside `otherwise`."""
        name = refusal.field if refusal.field in self else otherwise
        self.problem(name, problem_sentence(refusal.template, refusal.values))


class SignInForm(DeskForm):
    """Name and password."""

    name = StringField(_l("Name or e-mail address"))
    password = PasswordField(_l("Password"))


class CodeForm(DeskForm):
    """The second step."""

    code = StringField(
        _l("Code"), description=_l("The six digits that your authenticator app shows, or one of your recovery codes.")
    )


class ConfirmForm(CodeForm):
    """The password once more, and the second step."""

    password = PasswordField(_l("Password"))


class StartForm(DeskForm):
    """A one-time code and the first password."""

    code = StringField(_l("One-time code"), description=_l("Six groups of four letters and digits."))
    password = PasswordField(
        _l("New password"),
        description=_l("At least 12 characters, without your name or words of this site. Four random words are good."),
    )


class PasswordForm(DeskForm):
    """The old and the new password."""

    current_password = PasswordField(_l("Password you have now"))
    password = PasswordField(
        _l("New password"),
        description=_l("At least 12 characters, without your name or words of this site. Four random words are good."),
    )


class AppForm(DeskForm):
    """The first code of an authenticator app."""

    code = StringField(_l("Code"), description=_l("The six digits that the app shows now."))


class NameForm(DeskForm):
    """Who a new account is for."""

    name = StringField(_l("Name"), description=_l("As it will stand beside what this person publishes."))
    email = StringField(
        _l("E-mail address, if you like"), description=_l("To sign in with. Nothing is ever sent to it.")
    )


class RoleForm(DeskForm):
    """A role and where it holds."""

    role = RadioField(_l("Role"))
    scope = SelectField(_l("For which price tables?"))

    def offer(self, manager: Account) -> "RoleForm":
        """Offer the roles, and the tables that `manager` owns; made before anything is validated."""
        self.role.choices = [SelectChoice(role, name_of_role(role)) for role in ROLES]
        scopes = [SelectChoice(scope, name_of_owner(scope)) for scope in scopes_of(manager)]
        # Where there are several, none is chosen before somebody has: the first is mostly the wrong one.
        self.scope.choices = scopes if len(scopes) == 1 else [SelectChoice("", _("Choose one of these.")), *scopes]
        return self

    def chosen(self) -> bool:
        """Whether both are among what is offered; says so where they are not."""
        for field in (self.role, self.scope):
            if not field.data or field.data not in [option.value for option in field.choices]:
                self.problem(field.name, str(_("Choose one of these.")))
        return not self.errors


class AccountForm(NameForm, RoleForm):
    """A new account."""


class ResetForm(DeskForm):
    """What is lost."""

    second_factor = BooleanField(_l("Their phone or security key is lost too: remove their second step"))


def scopes_of(manager: Account) -> list[str]:
    """Whose tables `manager` may give roles at: the clinics by name, then the national ones, then all."""
    books = site().prices.current
    every = [*sorted(books.clinics, key=name_of_owner), books.national.id, EVERYWHERE]
    return [scope for scope in every if manager.may("owner", scope)]
