"""
What people are told about their bill can be typed into the form, and comes back as the amount a pencil gets.

Every case starts at ``/``, fills in the four questions, goes on to ``/details`` if it has to, and reads the estimate:
the amount, worked out by hand beside it, and the sentences that explain it. Without scripts but for a few.
"""

import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from support.serving import serving

from estimator.web.app import create_app

TODAY = date(2026, 11, 28)
NATIONAL = Path(__file__).parent.parent / "pricing" / "national"
"""What ships; every case types the prices and terms that it counts with."""

FOUR = ("treatment", "insurance", "sessions", "psychotherapy")

LIST = """
clinic: {name: %(name)s, fictional: yes, policies: [A deposit of $50 is due when you book., Late cancelling costs $75.]}
sources: {list: {title: A list on paper, kind: price-list}}
defaults: {source: list, checked: 2026-11-01}
charges:
  evaluation: {self_pay: {2026-01-01: 250}%(evaluation)s}
  infusion: {self_pay: {2026-01-01: 450}%(infusion)s}
  infusion_booster: {self_pay: {2026-01-01: 450}}
  follow_up: {included_in: infusion}
  psychotherapy_in_person: {self_pay: {2026-01-01: 180}}
  kit: {label: Welcome kit, self_pay: {2026-01-01: 40}}
%(more)s
"""
"""$250 to begin with and $450 an infusion, at a clinic that sells them in one way more."""

WAYS_TO_SELL = {
    "dated": {"infusion": ", packages: [{sessions: 6, price: 2400, starts: 2027-01-01}]"},
    "introduction": {"infusion": ", introductory: {sessions: 1, price: 199}"},
    "monthly": {"infusion": ", subscription: {monthly: 1500, sessions: 4}"},
    "parts": {"infusion": ", packages: [{sessions: 6, price: 2400, payments: 3}]"},
    "bundle": {"infusion": ", packages: [{sessions: 3, price: 1500, includes: {psychotherapy_in_person: 3}}]"},
    "credit": {"evaluation": ", credited_toward: infusion"},
    "fees": {"more": "adds: {iv: [{charge: kit}]}"},
    "club": {
        "more": """
discounts:
  veterans: {label: Veterans, percent: 15}
  members: {label: Members, monthly: 50, prices: {infusion: 350}}
  group: {label: In a group, prices: {infusion: 250}}
"""
    },
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The app on one fixed day, with the national prices and a made-up clinic for each way to sell."""
    tables = tmp_path_factory.mktemp("sayable")
    shutil.copytree(NATIONAL, tables / "national", ignore=shutil.ignore_patterns(".*"))
    (tables / "clinics").mkdir()
    for name, way in WAYS_TO_SELL.items():
        text = LIST % ({"evaluation": "", "infusion": "", "more": ""} | way | {"name": name.title()})
        (tables / "clinics" / f"{name}.yaml").write_text(text, encoding="utf-8")
    with serving(create_app(tables, clock=lambda: TODAY)) as address:
        yield address


@pytest.fixture(scope="module")
def tabs(chromium, server):
    """One tab without scripts and one with them, by whether scripts run."""
    contexts = [chromium.new_context(base_url=server, java_script_enabled=scripts) for scripts in (False, True)]
    tabs = {scripts: context.new_page() for scripts, context in zip((False, True), contexts, strict=True)}
    for tab in tabs.values():
        tab.set_default_timeout(10_000)
    yield tabs
    for context in contexts:
        context.close()


@dataclass(frozen=True)
class Case:
    """What somebody types, the typical amount of the headline, and sentences that have to stand on the page."""

    id: str
    answers: dict[str, str]
    amount: str
    says: tuple[str, ...] = field(default=())
    scripts: bool = False
    lang: str = "en"


# Three sessions of Spravato for somebody who knows everything: the plan allows $600 for the first dose, $900 for each
# of the other two and $200 for each observation, $3,000 in all; the evaluation is $300 and the plan does not pay it.
KNOWN = {
    "treatment": "spravato",
    "insurance": "commercial",
    "sessions": "3",
    "psychotherapy": "none",
    "plan": "employer_high_deductible",
    "start": "2026-12-05",
    "authorization": "approved",
    "setting": "office",
    "dose": "84",
    "drug_benefit": "medical",
    "deductible": "1500",
    "deductible_remaining": "1500",
    "out_of_pocket_maximum": "4000",
    "out_of_pocket_remaining": "4000",
    "coinsurance": "20",
    "savings_program": "no",
    "coverage.psychiatric_evaluation": "not_covered",
    "price.psychiatric_evaluation": "300",
    "allowed.spravato_56": "600",
    "allowed.spravato_84": "900",
    "allowed.observation": "200",
}
OUTSIDE = {
    "network": "mixed",
    "price.spravato_56": "800",
    "price.spravato_84": "1200",
    "price.observation": "300",
    "out_of_network_deductible": "500",
    "out_of_network_deductible_remaining": "500",
    "out_of_network_coinsurance": "50",
}
IV = {"treatment": "iv", "insurance": "none", "sessions": "6", "psychotherapy": "none", "start": "2026-12-12"}
AT_A_VISIT = {
    "treatment": "iv",
    "insurance": "commercial",
    "sessions": "6",
    "psychotherapy": "none",
    "plan": "employer_typical",
    "start": "2026-12-01",
    "price.evaluation": "250",
    "coverage.evaluation": "not_covered",
    "price.infusion": "275",
    "coverage.infusion_visit": "covered",
    "allowed.infusion_visit": "160",
}

CASES = (
    # 300 + 1,500 + 20 % of the other 1,500
    Case("balances", KNOWN, "$2,100"),
    # Met in October and still met in December: 300 + 20 % of 3,000
    Case("balances-of-a-day", KNOWN | {"deductible_remaining": "0", "balances_as_of": "2026-10-15"}, "$900"),
    # Met today, due again in January: 2,100 as if nothing had been met
    Case(
        "balances-overtaken-by-a-new-year",
        KNOWN | {"deductible_remaining": "0", "balances_as_of": "2026-11-20", "start": "2027-01-11"},
        "$2,100",
        ("Your deductible and your yearly maximum start again on January 1, 2027, before your first visit.",),
        scripts=True,
    ),
    # The family's $1,000 are met first: 300 + 1,000 + 20 % of 2,000
    Case(
        "the-familys-deductible",
        KNOWN | {"family_deductible_remaining": "1000"},
        "$1,700",
        ("Your family's deductible has less left than your own, so it counts: $1,000.",),
    ),
    Case(
        "the-familys-deductible-in-spanish",
        KNOWN | {"family_deductible_remaining": "1000"},
        "$1,700",
        ("Al deducible de su familia le queda menos que al suyo, por eso cuenta ese: $1,000.",),
        lang="es",
    ),
    # 300 + the $300 that the family has left
    Case(
        "the-familys-maximum",
        KNOWN | {"family_out_of_pocket_remaining": "300"},
        "$600",
        ("Your family's yearly maximum has less left than your own, so it counts: $300.",),
    ),
    # 300 + three observations toward the plan's own deductible, 600 + drug: 150 + 20 % of 2,250
    Case(
        "a-drug-deductible",
        KNOWN | {"drug_benefit": "pharmacy", "drug_deductible": "400", "drug_deductible_remaining": "150"},
        "$1,500",
        (
            "Drugs have a deductible of their own: $150 of $400 is left at your first visit.",
            "Dec 5, 2026: your drug deductible is met",
        ),
    ),
    # Five talks at $150: three at $20, two before the deductible; three shots at $300, $200 to begin with
    Case(
        "the-first-visits",
        {
            "treatment": "im",
            "insurance": "commercial",
            "sessions": "3",
            "psychotherapy": "virtual",
            "psychotherapy_sessions": "5",
            "plan": "employer_high_deductible",
            "start": "2027-01-11",
            "deductible": "2700",
            "first_visits": "3",
            "first_visits_copay": "20",
            "allowed.psychotherapy_virtual": "150",
            "price.injection": "300",
            "price.evaluation": "200",
            "coverage.evaluation": "not_covered",
        },
        "$1,460",
        ("The first 3 visits of a kind in a plan year cost you $20 each, without the deductible.",),
    ),
    # Evaluation, twelve sessions, one follow-up: 14 x 40
    Case(
        "a-copay-for-each-visit",
        {"treatment": "spravato", "insurance": "military", "sessions": "12", "psychotherapy": "none"}
        | {"plan": "tricare_prime", "start": "2027-01-11", "authorization": "approved", "copay": "40"}
        | {"setting": "office"},
        "$560",
        ("Your plan asks one copay for each visit, whatever is billed on it.",),
    ),
    # 300 + 20 % of 3 x 200 + one fill for the three sessions of a week, 100
    Case(
        "a-copay-for-each-fill",
        KNOWN | {"deductible_remaining": "0", "drug_benefit": "pharmacy", "pharmacy_copay": "100"},
        "$520",
        ("Your plan asks one copay each time the pharmacy fills the drug. We count a fill for every 28 days.",),
    ),
    # Asked 800 + 2 x 1,200 + 3 x 300 = 4,100; of the 3,000 that the plan allows it pays half of what passes 500 back;
    # 300 + 4,100 - 1,250
    Case(
        "a-doctor-in-network-for-visits-only",
        KNOWN | OUTSIDE | {"network.drug": "out", "network.procedure": "out", "network.visit": "in"},
        "$3,150",
        (
            "For one, the clinic asks $1,200; your plan allows $900.",
            "In the typical case you pay the clinic $2,400 first, and your plan gives back $900.",
            "Dec 5, 2026: your deductible out of network is met",
        ),
    ),
    # $10 for each of three doses, and the observations before the deductible: 300 + 30 + 600
    Case(
        "a-maximizer",
        KNOWN | {"savings_program": "yes", "accumulator": "maximizer", "state": "MA"},
        "$930",
        ("Your plan draws the card's money evenly over the year (a maximizer).",),
    ),
    # Deductible met: 20 % of the drug is 120 + 180 + 180, of which the card has $100 left; 300 + 380 + 3 x 40
    Case(
        "what-is-left-on-the-card",
        KNOWN
        | {"deductible_remaining": "0", "savings_program": "yes", "accumulator": "no", "state": "MA"}
        | {"savings_maximum": "8150", "savings_remaining": "100"},
        "$800",
        ("Dec 5, 2026: Spravato savings card has given all it gives in a year.",),
    ),
    # December: 300 + 20 % of 1,900. January: the new plan's whole deductible is due for 900 + 200
    Case(
        "a-new-plan",
        KNOWN
        | {"deductible_remaining": "0", "start": "2026-12-28"}
        | {"new_plan_from": "2027-01-01", "new_plan": "employer_high_deductible"},
        "$1,780",
        ("Your new plan begins on January 1, 2027. From then on we count with its full deductible.",),
        scripts=True,
    ),
    # 300 + three doses at the $50 that the plan said + 20 % of 3 x 200
    Case(
        "what-i-pay-as-the-plan-said",
        KNOWN | {"deductible_remaining": "0", "share.spravato_56": "$50", "share.spravato_84": "50"},
        "$570",
        ("Spravato medication, 84 mg: You pay: $50", "Psychiatric evaluation: Does your plan pay for it?: It says no"),
    ),
    # 250 + 6 x 275; of each $200 visit the plan allows 160 and pays 60 % back: + 6 x (200 - 96)
    Case(
        "a-visit-paid-back-out-of-network",
        AT_A_VISIT
        | {"price.infusion_visit": "200", "network": "mixed", "network.visit": "out"}
        | {"out_of_network_deductible": "500", "out_of_network_deductible_remaining": "0"}
        | {"out_of_network_coinsurance": "40"},
        "$2,524",
        ("In the typical case you pay the clinic $1,200 first, and your plan gives back $576.",),
    ),
    # 250 + 6 x 275 for the infusion + 6 x 40 for the visit that goes to the plan
    Case(
        "an-infusion-fee-beside-a-billed-visit",
        AT_A_VISIT | {"copay": "40"},
        "$2,140",
        ("Your plan told you that it covers this.",),
    ),
    # 3 x 400, without evaluation and first series
    Case(
        "going-on-with-upkeep",
        IV | {"sessions": "3", "stage": "continuing", "price.infusion_booster": "400"},
        "$1,200",
        ("You go on with it, so no evaluation is counted.", "the last on February 20, 2027"),
    ),
    Case(
        "an-own-rhythm",
        IV | {"sessions": "3", "stage": "continuing", "every": "21", "price.infusion_booster": "400"},
        "$1,200",
        ("We count one session every 21 days, as you told us.", "the last on January 23, 2027"),
    ),
    # 250 + six for 2,400, sold from January on; in December 250 + 6 x 450
    Case("a-package-from-a-day-on", IV | {"clinic": "dated", "start": "2027-01-11"}, "$2,650", ("package of 6",)),
    Case(
        "before-that-day",
        IV | {"clinic": "dated"},
        "$2,950",
        ("A deposit of $50 is due when you book. Late cancelling costs $75.",),
    ),
    # 250 + 2,100
    Case(
        "a-package-that-was-offered",
        IV | {"clinic": "club", "package.infusion": "6 for $2,100"},
        "$2,350",
        ("A package on offer: 6 for $2,100", "You pay $600 less.", "In all 7 days with an appointment."),
        scripts=True,
    ),
    # 250 + 199 + 5 x 450
    Case("an-introductory-price", IV | {"clinic": "introduction"}, "$2,699", ("minutes: introductory price",)),
    # 250 + one month with four sessions, 1,500 + 2 x 450
    Case("a-subscription", IV | {"clinic": "monthly"}, "$2,650", ("minutes: a month's subscription",)),
    # 250 + one month's fee of 50 + 6 x 350
    Case(
        "a-membership",
        IV | {"clinic": "club", "discount": "members"},
        "$2,400",
        ("The clinic's discount is counted in its own prices: Members.", "Membership: Members"),
    ),
    # 85 % of 250 + 6 x 450 is 2,507.50
    Case(
        "a-discount-for-a-group-of-people",
        IV | {"clinic": "club", "discount": "veterans"},
        "$2,508",
        ("The clinic's discount is counted in its own prices: Veterans.", "$2,507.50"),
    ),
    # 250 + 6 x 250
    Case("group-sessions", IV | {"clinic": "club", "discount": "group"}, "$1,750", ("own prices: In a group.",)),
    # 250 + 2,400, of which 800 a month
    Case(
        "instalments",
        IV | {"clinic": "parts"},
        "$2,650",
        ("package of 6, in 3 monthly payments", "January 2027$800$800$800", "February 2027$800$800$800"),
    ),
    # 250 + 1,500 for three infusions with three talks + a fourth talk at 180
    Case(
        "a-mixed-bundle",
        IV | {"clinic": "bundle", "sessions": "3", "psychotherapy": "in_person", "psychotherapy_sessions": "4"},
        "$1,930",
        ("package of 3, with 3 × Psychotherapy in person",),
    ),
    # The evaluation's 250 come off the first infusion: 6 x 450
    Case("an-evaluation-credited", IV | {"clinic": "credit"}, "$2,700", ("first one, your evaluation credited",)),
    # 250 + 6 x (450 + 40)
    Case("extra-fees", IV | {"clinic": "fees"}, "$3,190", ("Welcome kit",)),
    # As in the first case, and $150 more a session for the hospital's rooms: 300 + 1,500 + 20 % of 1,950
    Case(
        "at-a-hospital",
        KNOWN | {"setting": "hospital", "allowed.facility_fee": "150"},
        "$2,190",
        ("Hospital's facility fee: Your plan allows: $150",),
    ),
    # Medicaid pays what Medicare leaves
    Case(
        "medicare-with-medicaid",
        {"treatment": "spravato", "insurance": "medicare", "sessions": "3", "psychotherapy": "none"}
        | {"plan": "medicare_medicaid", "start": "2027-01-11", "setting": "office"},
        "$0",
    ),
)


def fill(tab, name, value):
    """Answer a question of the page as a person does; False where the page does not ask it."""
    asked = tab.locator(f'[name="{name}"]:not([type=hidden])')
    if not asked.count():
        return False
    fold = tab.locator(f'.more details:has([name="{name}"])')
    if fold.count() and fold.get_attribute("open") is None:
        fold.locator("summary").click()
    choice = tab.locator(f'label:has(> input[type=radio][name="{name}"][value="{value}"])')
    box = tab.locator(f'input[name="{name}"]:not([type=radio])')
    if choice.locator("visible=true").count() or choice.count() > box.count():
        choice.locator("visible=true").click()
    elif tab.locator(f'select[name="{name}"]').count():
        asked.first.select_option(value)
    else:
        box.fill(value)
    return True


def ask(tab, answers, lang="en"):
    """From the first page on: the four questions, what else it asks, then the second page, and the estimate."""
    tab.goto(f"/?lang={lang}")
    for name in FOUR:
        assert fill(tab, name, answers[name])
    left = {name: text for name, text in answers.items() if name not in FOUR}
    left = {name: text for name, text in left.items() if "." in name or not fill(tab, name, text)}
    if left:
        with tab.expect_event("load"):
            tab.locator(".go button").nth(1).click()
        left = {name: text for name, text in left.items() if not fill(tab, name, text)}
    assert not left, "neither page asks this"
    with tab.expect_event("load"):
        tab.locator(".go button").first.click()


def words(tab):
    return " ".join(tab.locator("main").text_content().split())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_was_told_is_typed_counted_and_explained(tabs, case):
    tab = tabs[case.scripts]
    ask(tab, case.answers, case.lang)
    assert tab.locator(".figure strong").text_content() == case.amount
    said = words(tab)
    for sentence in case.says:
        assert sentence in said


def test_a_typed_term_chooses_among_the_plans_it_fits(tabs):
    """A deductible of $3,000 is one of the high-deductible job plan and of the small firm's, of no other."""
    answers = {"treatment": "spravato", "insurance": "commercial", "sessions": "3", "psychotherapy": "none"}
    ask(tabs[False], answers | {"deductible": "3000", "start": "2027-01-11"})
    assert (
        "the kinds that fit best what you told us: High-deductible job plan, Small employer's plan with high costs"
        in words(tabs[False])
    )


SOLD = {
    "dated": ("6 for $2,400, from January 1, 2027", "Late cancelling costs $75."),
    "introduction": ("New patients: the first for $199",),
    "monthly": ("$1,500 a month, with 4 in it",),
    "parts": ("6 for $2,400, in 3 monthly payments",),
    "bundle": ("3 for $1,500, with 3 × Psychotherapy in person",),
    "credit": ("What you paid for it comes off the first of these: Ketamine infusion",),
    "club": (
        "Veterans, 15% off",
        "Members, Ketamine infusion, about 40 to 60 minutes for $350, $50 a month for members",
    ),
}


@pytest.mark.parametrize("clinic", SOLD)
def test_the_price_list_says_how_a_clinic_sells(tabs, clinic):
    tabs[False].goto(f"/prices?clinic={clinic}&lang=en")
    said = words(tabs[False])
    for sentence in SOLD[clinic]:
        assert sentence in said


BAD = {
    "family_deductible_remaining": ("all", "write an amount in dollars, like 1500 or $1,500.00"),
    "family_out_of_pocket_remaining": ("-5", "write an amount in dollars, like 1500 or $1,500.00"),
    "drug_deductible": ("400", ""),
    "drug_deductible_remaining": ("500", "this is more than the whole amount you gave ($400.00)"),
    "pharmacy_copay": ("ten", "write an amount in dollars, like 1500 or $1,500.00"),
    "first_visits": ("0", "choose a number from 1 to 104"),
    "first_visits_copay": ("x", "write an amount in dollars, like 1500 or $1,500.00"),
    "out_of_network_deductible": ("5OO", "write an amount in dollars, like 1500 or $1,500.00"),
    "out_of_network_deductible_remaining": ("?", "write an amount in dollars, like 1500 or $1,500.00"),
    "out_of_network_out_of_pocket_maximum": ("0", "a maximum of $0 would mean that you never pay"),
    "out_of_network_out_of_pocket_remaining": ("1,00", "write an amount in dollars, like 1500 or $1,500.00"),
    "out_of_network_coinsurance": ("0.4", "write 40 if you mean 40 %"),
    "savings_maximum": ("8k", "write an amount in dollars, like 1500 or $1,500.00"),
    "savings_remaining": ("none", "write an amount in dollars, like 1500 or $1,500.00"),
    "every": ("91", "choose a number from 1 to 90"),
    "price.observation": ("about 200", "write an amount in dollars, like 1500 or $1,500.00"),
    "package.observation": ("6 @", "write how many for how much, like 6 for $2,400"),
    "allowed.observation": ("200 USD", "write an amount in dollars, like 1500 or $1,500.00"),
    "share.observation": ("120%", "write a percentage from 0 to 100, like 20"),
}
"""What is typed into each box of the second page, and what its message begins with; empty where it is right."""


@pytest.mark.parametrize("lang", ["en", "es"])
def test_bad_input_gets_a_sentence_beside_its_field_and_nothing_typed_is_lost(tabs, lang):
    tab = tabs[False]
    four = {"treatment": "spravato", "insurance": "commercial", "sessions": "3", "psychotherapy": "virtual"}
    ask(tab, four | {"network": "out"} | {name: typed for name, (typed, _says) in BAD.items()}, lang)
    listed = tab.locator(".summary a")
    assert listed.count() == sum(1 for _typed, says in BAD.values() if says)
    for name, (typed, says) in BAD.items():
        assert tab.locator(f'[name="{name}"]').input_value() == typed
        error = tab.locator(f'[id="{name}-error"]')
        assert error.count() == bool(says)
        if says:
            assert tab.locator(f'.summary a[href="#{name}"]').count() == 1
            assert tab.locator(f'[name="{name}"]').is_visible()
        if says and lang == "en":
            assert error.text_content().startswith(says)
        elif says:
            assert says not in error.text_content()
    for name, value in four.items():
        given = tab.locator(f'[name="{name}"]:is(:checked:not([value=""]), :not([type=radio]))')
        assert given.first.input_value() == value


@pytest.mark.parametrize(
    ("wrong", "beside", "says"),
    [
        ({"balances_as_of": "2026-12-24"}, "balances_as_of", "this day has not come yet"),
        ({"new_plan": "employer_typical"}, "new_plan_from", "say from which day your new plan holds"),
        ({"first_visits": "3"}, "first_visits_copay", "say what each of these first visits costs you"),
    ],
    ids=lambda one: next(iter(one), "") if isinstance(one, dict) else "",
)
def test_what_cannot_be_true_together_is_asked_about(tabs, wrong, beside, says):
    four = {"treatment": "spravato", "insurance": "commercial", "sessions": "3", "psychotherapy": "virtual"}
    ask(tabs[False], four | wrong)
    assert tabs[False].locator(f"#{beside}-error").text_content().startswith(says)
