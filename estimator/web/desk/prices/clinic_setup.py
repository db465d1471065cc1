"""Who a clinic is, in one form: a new one begins with it, and it can be changed at any time. Then come its prices."""

import re
import unicodedata
from zoneinfo import ZoneInfo

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField

from estimator.accounts.accounts import EVERYWHERE, EVERYWHERE_IN_COMMANDS
from estimator.core.states import STATES, state_names
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.colours import ENOUGH, PAPER, PAPER_DARK, contrast, readable
from estimator.prices.editing.clinic_setup import COLOURS, FIELDS, START, shown, with_setup
from estimator.prices.editing.slices import CannotSplice, read
from estimator.prices.editing.yaml_values import scalar
from estimator.prices.nodes import Node
from estimator.versions.drafts import DraftConflict
from estimator.versions.snapshot import clinic_file
from estimator.web.desk.forms import DeskForm
from estimator.web.desk.permissions import editor_of, owner_of_everything
from estimator.web.desk.prices.clinic_day import day_in_zone
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, name_of, snapshot, tables_of, yaml_address
from estimator.web.desk.prices.seen_fields import remembered, typed_over
from estimator.web.desk.prices.time_zones import ZONES, zone_of_state, zone_words
from estimator.web.desk.services import PREFIX
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal, still_busy
from estimator.web.fields import Option
from estimator.web.filters import words
from estimator.web.site import language

LONGEST_NAME = 100
LONGEST_WORDS = 1_000
TRIES = 5

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class SetupForm(DeskForm):
    """Everything about a clinic but its prices; `id` only while it is new."""

    name_en = StringField(_l("Name"), description=_l("As patients know it."))
    name_es = StringField(_l("Name in Spanish"), description=_l("Leave it empty if it is the same."))
    id = StringField(
        _l("Short name for links"),
        description=_l(
            "Small letters, digits and -, such as lakeside-clinic. Left empty, it is made from the name. An owner can"
            " change it later."
        ),
    )
    offers = SelectMultipleField(
        _l("Treatments you offer"), description=_l("Patients of your page can choose only these.")
    )
    city = StringField(_l("City"))
    state = SelectField(_l("State"))
    time_zone = SelectField(
        _l("Time zone"), description=_l("A price begins at midnight here. Left open, it is the usual one of the state.")
    )
    contact_en = StringField(
        _l("How patients reach you"), description=_l("A phone number, an e-mail address, or both.")
    )
    contact_es = StringField(_l("The same in Spanish"), description=_l("Leave it empty if it is the same."))
    estimate_en = TextAreaField(
        _l("How to ask you for a Good Faith Estimate"),
        description=_l("Patients without insurance have a right to one in writing. Say whom to ask, and how."),
    )
    estimate_es = TextAreaField(_l("The same in Spanish"))
    logo = StringField(_l("Word mark"), description=_l("A word or two at the top of your page, in place of the name."))
    accent = StringField(_l("Color on light screens"), description=_l("Like #1d4f91. Left empty, the site’s green."))
    accent_dark = StringField(
        _l("Color on dark screens"), description=_l("Left empty, a lighter shade of the same color.")
    )
    was = HiddenField()

    new: bool

    @classmethod
    def offering(cls, book: PriceBook | None, new: bool, **data: object) -> "SetupForm":
        """The form with the treatments of `book`, filled with `data` or, instead, with what was posted."""
        form = cls(**data)
        form.new = new
        if not new:
            del form.id
        form.state.choices = [Option("", _("Choose")), *(Option(*state) for state in state_names(language()))]
        zones = dict.fromkeys((*ZONES, form.time_zone.data or ""))
        form.time_zone.choices = [
            Option("", _("The usual one of the state")),
            *(Option(zone, zone_words(zone)) for zone in zones if zone),
        ]
        treatments = book.tables.treatments if book else {}
        form.offers.choices = [Option(name, words(one.label)) for name, one in treatments.items()]
        return form

    def typed(self) -> dict[str, str]:
        """Each field as one text, without spaces around it."""
        found = {name: self.text(name) for name in FIELDS if name != "offers"}
        chosen = [one.value for one in self.offers.choices if one.value in (self.offers.data or ())]
        # The browser's own color picker writes capital letters in some systems.
        colours = {name: found[name].lower() for name in COLOURS}
        return found | colours | {"offers": " ".join(chosen)}

    def entered(self) -> dict[str, str] | None:
        """What was typed, made whole (time zone, second color); None with what is wrong beside the fields."""
        typed = self.typed()
        if not typed["name_en"]:
            self.problem("name_en", str(_("Write a name of at most %(most)d letters.", most=LONGEST_NAME)))
        for name in ("name_en", "name_es", "city", "logo", "contact_en", "contact_es", "estimate_en", "estimate_es"):
            most = LONGEST_WORDS if name.startswith("estimate") else LONGEST_NAME
            if len(typed[name]) > most:
                self.problem(name, str(_("Use at most %(most)d letters.", most=most)))
        for name in ("contact", "estimate"):
            if typed[f"{name}_es"] and not typed[f"{name}_en"]:
                self.problem(f"{name}_en", str(_("Write it in English too.")))
        if not typed["offers"]:
            self.problem("offers", str(_("Tick at least one treatment.")))
        if typed["state"] and typed["state"] not in STATES:
            self.problem("state", str(_("Choose one of these.")))
        zone = typed["time_zone"] or zone_of_state(typed["state"])
        if zone and zone not in [one.value for one in self.time_zone.choices]:
            self.problem("time_zone", str(_("Choose one of these.")))
        self._look_at_colours(typed)
        return None if self.errors else {**typed, "time_zone": zone}

    def _look_at_colours(self, typed: dict[str, str]) -> None:
        for name, paper in zip(COLOURS, (PAPER, PAPER_DARK), strict=True):
            colour = typed[name]
            if colour and not _COLOUR.fullmatch(colour):
                self.problem(name, str(_("'%(text)s' is not a color like #1d4f91.", text=colour[:40])))
            elif colour and contrast(colour, paper) < ENOUGH:
                self.problem(
                    name,
                    str(
                        _(
                            "People cannot read %(colour)s well on the page: its contrast is %(found)s, and %(needed)s"
                            " is needed. %(better)s would do.",
                            colour=colour,
                            found=f"{contrast(colour, paper):.1f}",
                            needed=ENOUGH,
                            better=readable(colour, paper),
                        )
                    ),
                )
        if typed["accent_dark"] and not typed["accent"]:
            self.problem("accent", str(_("Say the color on light screens too.")))
        elif typed["accent"] and not typed["accent_dark"] and not self.errors:
            typed["accent_dark"] = readable(typed["accent"], PAPER_DARK)


@bp.get("/new-clinic")
@owner_of_everything
def new_clinic() -> ResponseReturnValue:
    """The form for a clinic that is not there yet."""
    return _page(SetupForm.offering(_national(), new=True))


@bp.post("/new-clinic")
@owner_of_everything
def begin_clinic() -> ResponseReturnValue:
    """Begin the draft; nothing is published until somebody publishes it."""
    form = SetupForm.offering(_national(), new=True)
    entered = form.entered()
    id_ = form.text("id") or short_name(form.text("name_en"))
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,59}", id_):
        form.problem("id", str(_("Use small letters, digits and -, and begin with a letter.")))
    elif id_ in taken_names():
        form.problem("id", str(_("This short name is taken. Choose another one.")))
    if entered is None or form.errors:
        form.id.data = id_
        return _page(form), 400
    name = entered["name_en"]
    zone = ZoneInfo(entered["time_zone"]) if entered["time_zone"] else None
    today = day_in_zone(zone).isoformat()
    text = START.format(source=f"{id_[:50]}-prices", title=scalar(f"Prices of {name}"), today=today)
    try:
        files = {clinic_file(id_): with_setup(text.encode(), entered)}
        desk().edit(id_, files, revision=0, by=current_person().name)
    except DraftConflict as error:
        form.problem("id", refusal(error))
        return _page(form), 409
    flash(_("%(name)s is begun as a draft. Now its prices: everything it charges, on one page.", name=name))
    return redirect(url_for("desk_prices.sheet", owner=id_))


@bp.get("/<owner>/setup")
@editor_of
def setup(owner: str) -> ResponseReturnValue:
    """The same form for a clinic that is there."""
    try:
        now = shown(_root(owner))
    except CannotSplice as error:
        return _by_hand(owner, error)
    return _page(_filled(owner, now), owner)


@bp.post("/<owner>/setup")
@editor_of
def change_setup(owner: str) -> ResponseReturnValue:
    """Put what was changed into the draft; a field that somebody else changed meanwhile is said first."""
    for attempt in range(TRIES):
        try:
            now = shown(_root(owner))
            form = SetupForm.offering(tables_of(owner).national_book, new=False)
            entered = form.entered()
            if entered is None:
                return _page(form, owner), 400
            found = typed_over(entered, now)
            for name, text in found.theirs.items():
                form.problem(
                    name, str(_("Somebody changed this to “%(text)s” meanwhile. Save again to keep yours.", text=text))
                )
            if found.theirs:
                form.was.data = remembered(now)
                return _page(form, owner), 409
            mine, name = found.mine, current_person().name
            desk().change(owner, clinic_file(owner), lambda data, mine=mine: with_setup(data, mine), name)  # type: ignore[misc]
            break
        except CannotSplice as error:
            return _by_hand(owner, error)
        except DraftConflict as error:
            forget_tables()
            if attempt == TRIES - 1:
                flash(still_busy(error), "trouble")
                return _page(form, owner), 409
    flash(_("Kept in the draft. Patients see it once it is published."))
    return redirect(url_for("desk_prices.sheet", owner=owner))


def short_name(name: str) -> str:
    """``lakeside-wellness`` of ``Lakeside Wellness``; empty where nothing of it can stand in a link."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-0123456789")[:60].rstrip("-")


def _filled(owner: str, now: dict[str, str]) -> SetupForm:
    data: dict[str, object] = {**now, "offers": now["offers"].split()}
    return SetupForm.offering(tables_of(owner).national_book, new=False, **data, was=remembered(now))


def _national() -> PriceBook | None:
    found = snapshot()
    return found.national(found.files_on(NATIONAL, found.today)).book


def _root(owner: str) -> Node:
    if owner == NATIONAL:
        abort(404)
    return read(tables_of(owner).work.files.get(clinic_file(owner), b""))


def _page(form: SetupForm, owner: str | None = None) -> str:
    whose = {"owner": owner} if owner else {}
    return render_template("desk/prices/setup.html", form=form, **whose)


def _by_hand(owner: str, error: CannotSplice) -> ResponseReturnValue:
    typed = [(name, text) for name, text in request.form.items() if name not in ("csrf_token", "was")]
    page = render_template(
        "desk/prices/by_hand.html",
        owner=owner,
        heading=name_of(owner),
        as_yaml=yaml_address(owner),
        sentence=refusal(error),
        typed=typed,
    )
    return page, 409 if request.method == "POST" else 200


def taken_names() -> set[str]:
    """Owners there are or were, and words that the desk's own addresses or the commands need."""
    rooms = {rule.rule.split("/")[2] for rule in current_app.url_map.iter_rules() if rule.rule.startswith(f"{PREFIX}/")}
    reserved = {*rooms, NATIONAL, EVERYWHERE, EVERYWHERE_IN_COMMANDS}
    return {*snapshot().owners, *snapshot().drafts, *reserved}
