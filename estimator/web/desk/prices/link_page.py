"""How patients come to a clinic's page: its link, a prefilled one, QR codes, and the clinic's own site around it."""

from collections.abc import Mapping

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import StringField, TextAreaField
from wtforms.fields import SelectChoice, SelectField

from estimator.core.answers import REQUIRED, BadAnswers, read_answers
from estimator.prices.book import NATIONAL, PriceBook
from estimator.prices.editing.slices import CannotSplice, hash_at, put, read, remove
from estimator.prices.nodes import Node
from estimator.prices.schema.scalars import site_in
from estimator.versions.drafts import DraftConflict
from estimator.versions.snapshot import clinic_file
from estimator.web.desk.forms import DeskForm
from estimator.web.desk.permissions import editor_of
from estimator.web.desk.prices.owner_tables import bp, desk, forget_tables, name_of, tables_of
from estimator.web.desk.prices.price_series import PriceChanged
from estimator.web.desk.sessions import current_person
from estimator.web.desk.wording import refusal
from estimator.web.filters import words
from estimator.web.patient.choices import ALWAYS_THE_SAME
from estimator.web.qr import qr_png, qr_svg, qr_svg_file
from estimator.web.query import problem_sentence
from estimator.web.site import language, site

EMBED = ("clinic", "embed")

_SCRIPT = Markup('<script src="{}" data-clinic="{}"\n  data-title="{}"{} async></script>')
_FRAME = Markup('<iframe src="{}" title="{}"\n  style="width:100%;height:1600px;border:0"></iframe>')
MOST_SITES = 20


class PrefilledForm(DeskForm):
    """What staff have agreed with a patient, to go into a link; all of it may be left open."""

    treatment = SelectField(_l("Treatment"))
    insurance = SelectField(_l("Insurance"))
    sessions = StringField(_l("Sessions"))
    psychotherapy = SelectField(_l("Psychotherapy"))

    @staticmethod
    def offered(book: PriceBook) -> "PrefilledForm":
        """The form with what this clinic offers, filled from the address."""
        tables = book.tables
        form = PrefilledForm(**{name: request.args.get(name, "").strip() for name in REQUIRED})
        choices = {
            "treatment": [(name, words(one.label)) for name, one in tables.treatments.items()],
            "insurance": [(name, words(one.label)) for name, one in tables.payers.items()],
            "psychotherapy": [(value, str(label)) for value, label in ALWAYS_THE_SAME["psychotherapy"]],
        }
        for name, some in choices.items():
            form[name].choices = [SelectChoice("", str(_("The patient says"))), *(SelectChoice(*one) for one in some)]
        return form

    def answers(self, book: PriceBook) -> dict[str, str]:
        """What was filled in; a mistake is said beside its field."""
        given = {name: self.text(name) for name in REQUIRED if self.text(name)}
        usual = {"treatment": next(iter(book.tables.treatments)), "insurance": "none", "psychotherapy": "none"}
        try:
            read_answers({**usual, "sessions": "1", **given}, book, site().today())
        except BadAnswers as bad:
            for problem in bad.problems:
                if problem.field in given:
                    self.problem(problem.field, problem_sentence(problem.template, dict(problem.values)))
        return given


class SitesForm(DeskForm):
    """The sites that may show the clinic's pages inside their own, one on each line."""

    sites = TextAreaField(
        _l("Sites that may show it"),
        description=_l(
            "One on each line, as it begins in the browser’s address bar, such as https://www.example.org. With and"
            " without www are two sites. No other site can show your pages inside its own."
        ),
    )

    def listed(self) -> list[str]:
        """The sites, each once, in the tables' spelling; a mistake is said beside the field."""
        found: list[str] = []
        for number, line in enumerate((self.sites.data or "").split("\n"), 1):
            text = line.strip()
            if not text:
                continue
            if not site_in(text):
                says = _("Line %(line)d: '%(text)s' is not the address of a site.", line=number, text=text[:80])
                self.problem("sites", str(says))
            elif text.lower().startswith("http://"):
                self.problem("sites", str(_("Line %(line)d: the site has to use https.", line=number)))
            found.append(site_in(text))
        if len(found) > MOST_SITES:
            self.problem("sites", str(_("List at most %(most)d sites.", most=MOST_SITES)))
        return list(dict.fromkeys(found))


@bp.get("/<owner>/link")
@editor_of
def link_and_embed(owner: str) -> ResponseReturnValue:
    """The page; what is in its address fills the form of the prefilled link."""
    return _page(owner)


@bp.post("/<owner>/link")
@editor_of
def list_sites(owner: str) -> ResponseReturnValue:
    """Put the list of sites into the draft: it is published like a price."""
    _book(owner)
    form = SitesForm()
    sites = form.listed()
    if form.errors:
        return _page(owner, form), 400
    seen = request.form.get("seen", "")

    def edit(data: bytes) -> bytes:
        root = read(data)
        if hash_at(root, EMBED) != seen:
            raise PriceChanged
        if sites:
            return put(data, EMBED, list(sites))
        return remove(data, EMBED) if root.said(EMBED) is not None else data

    try:
        draft = desk().change(owner, clinic_file(owner), edit, current_person().name)
    except PriceChanged:
        form.problem("sites", str(_("Somebody changed this list meanwhile. Compare it with yours and save again.")))
        return _page(owner, form), 409
    except (CannotSplice, DraftConflict) as error:
        form.problem("sites", refusal(error))
        forget_tables()
        return _page(owner, form), 409
    if draft is None:
        flash(_("The list is the one that is published."))
    else:
        flash(_("The list of sites is kept in the draft. It holds once the draft is published."))
    return redirect(url_for("desk_prices.link_and_embed", owner=owner))


@bp.get("/<owner>/link.<any(svg, png):kind>")
@editor_of
def qr_file(owner: str, kind: str) -> ResponseReturnValue:
    """The QR code of the clinic's page, or of the prefilled link that the address describes, to keep."""
    book = _book(owner)
    form = PrefilledForm.offered(book)
    address = _address(owner, form.answers(book))
    if form.errors:
        abort(404)
    draw, mimetype = {"svg": (qr_svg_file, "image/svg+xml"), "png": (qr_png, "image/png")}[kind]
    response = Response(draw(address), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{owner}-qr.{kind}"'
    return response


def _page(owner: str, sites: SitesForm | None = None) -> str:
    book = _book(owner)
    form = PrefilledForm.offered(book)
    given = form.answers(book)
    root = _root(owner)
    published = site().prices.current.get(owner)
    clinic = published.tables.clinic if published else None
    title = str(_("What it may cost at %(clinic)s", clinic=name_of(owner)))
    return render_template(
        "desk/prices/link.html",
        owner=owner,
        form=form,
        given={} if form.errors else given,
        address=_address(owner),
        prefilled=_address(owner, given),
        qr=qr_svg,
        sites=sites or SitesForm(sites="\n".join((root.said(EMBED) if root else None) or ())),
        seen=hash_at(root, EMBED) if root else "",
        published=published is not None,
        allowed=clinic.embed if clinic else (),
        # As text to be copied, not as part of our page.
        script=str(_snippet(owner, title)),
        frame=str(_FRAME.format(_address(owner), title)),
    )


def _root(owner: str) -> Node | None:
    """What the clinic's file says; None for a draft that cannot be read."""
    try:
        return read(tables_of(owner).work.files.get(clinic_file(owner), b""))
    except CannotSplice:
        return None


def _snippet(owner: str, title: str) -> Markup:
    source = url_for("embedding.embed_script", _external=True)
    more = Markup() if language() == "en" else Markup(' data-lang="{}"').format(language())
    return _SCRIPT.format(source, owner, title, more)


def _book(owner: str) -> PriceBook:
    """What the clinic's tables say, drafted or published; the national ones have no page of their own."""
    return tables_of(owner).book or abort(404) if owner != NATIONAL else abort(404)


def _address(owner: str, given: Mapping[str, str] | None = None) -> str:
    """The clinic's page, with answers filled in; the estimate itself where nothing is left to be asked."""
    given = given or {}
    lang = None if language() == "en" else language()
    if set(REQUIRED) <= given.keys():
        return url_for("patient.show_estimate", **given, clinic=owner, lang=lang, _external=True)
    return url_for("patient.clinic_questions", clinic=owner, **given, lang=lang, _external=True)
