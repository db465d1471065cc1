"""The command line says what the page and the JSON say."""

import json
import re
from pathlib import Path

import pytest

from estimator.cli import main

ROOT = Path(__file__).parent.parent
IV = ["treatment=iv", "insurance=none", "sessions=6", "psychotherapy=none", "start=2027-01-11"]


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)

    def run(*arguments):
        try:
            status = main(arguments)
        except SystemExit as stopped:
            status = stopped.code
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_estimate_prints_the_range_and_the_notice(run):
    status, out, _ = run("estimate", *IV)
    assert status == 0
    assert "$3,275.00" in out
    assert "$2,250.00" in out
    assert "Estimate only" in out


def test_the_tables_are_printed_in_the_language_of_the_answers(run):
    _, out, _ = run("estimate", *IV, "lang=es")
    for words in (
        "Estimado: usted paga unos $3,275.00",
        "De qué se compone",
        "Cuándo paga usted",
        "Infusión",
        "sesiones",
    ):
        assert words in out
    for words in ("You pay", "Month", "Typical", "Covered", "Price tables", "sessions"):
        assert words not in out
    _, out, _ = run("compare", *IV[1:], "lang=es")
    assert "Comparación de tratamientos" in out
    assert "Typical" not in out


def test_estimate_as_json_has_exactly_the_names_others_rely_on(run):
    status, out, _ = run("estimate", *IV, "--json")
    document = json.loads(out)
    assert status == 0
    assert list(document) == [
        "notice", "currency", "unit", "price_book", "answers", "assumed", "you_pay", "billed", "plan_pays",
        "program_pays", "missing", "items", "months", "drivers", "if_not_covered", "branches", "resets", "ledger",
        "plan",
    ]  # fmt: skip
    assert document["you_pay"] == {
        "low": 225000, "typical": 327500, "high": 444500, "likely": document["you_pay"]["likely"]
    }  # fmt: skip
    assert set(document["price_book"]) == {"clinic", "version", "as_of"}
    assert set(document["items"][0]) == {
        "charge", "label", "quantity", "codes", "unit_price", "billed", "plan_pays", "program_pays", "you_pay",
        "coverage", "sources", "asked", "allowed", "notes",
    }  # fmt: skip
    assert set(document["ledger"]["low"][0]) == {
        "date", "charge", "billed", "benefit", "covered", "deductible_part", "own_part", "share", "plan_pays",
        "program", "program_pays", "you_pay", "deductible_left", "out_of_pocket_left",
    }  # fmt: skip
    assert set(document["plan"]["typical"]) == {
        "profile", "deductible_remaining", "deductible", "out_of_pocket_remaining", "out_of_pocket_maximum",
        "plan_year_start", "accumulator", "benefits", "programs",
    }  # fmt: skip


def test_the_plan_of_an_insured_estimate_is_told_in_full(run):
    _, out, _ = run(
        "estimate", "treatment=spravato", "insurance=commercial", "sessions=3", "psychotherapy=none", "--json"
    )
    plan = json.loads(out)["plan"]["typical"]
    assert set(plan["benefits"]["drug"]) == {"deductible_applies", "coinsurance_bp", "copay"}
    assert set(plan["programs"]["spravato_card"]) == {"patient_pays", "per_treatment_max", "annual_max", "rebate"}


def test_bad_answers_are_named_and_exit_2(run):
    status, _, err = run("estimate", *IV, "colour=red")
    assert (status, err) == (2, "colour: there is no answer of this name\n")
    status, out, _ = run("estimate", "treatment=iv", "sessions=0", "--json")
    errors = json.loads(out)["errors"]
    assert status == 2
    assert {"field": "sessions", "message": "choose a number from 1 to 104"} in errors
    assert {error["field"] for error in errors} == {"insurance", "sessions", "psychotherapy"}


def test_an_answer_without_a_value_or_twice_is_refused(run):
    assert run("estimate", "treatment")[0] == 2
    assert "twice" in run("estimate", *IV, "sessions=7")[2]


def test_compare_shows_every_treatment(run):
    status, out, _ = run("compare", "insurance=commercial", "sessions=6", "psychotherapy=none")
    assert status == 0
    assert all(word in out for word in ("IV", "Spravato", "shots", "At-home"))
    _, out, _ = run("compare", "insurance=none", "sessions=6", "psychotherapy=none", "--json")
    treatments = [one["answers"]["treatment"] for one in json.loads(out)["estimates"]]
    assert treatments == ["iv", "spravato", "im", "at_home"]


def test_check_is_content_with_the_shipped_tables(run):
    assert run("check")[0] == 0


def test_check_names_file_line_and_key_and_exits_1(run, tmp_path):
    folder = tmp_path / "national"
    folder.mkdir()
    for path in (ROOT / "pricing" / "national").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text.replace("low: 375\n", "low: 575\n"), encoding="utf-8")
    status, out, _ = run("check", str(tmp_path))
    assert status == 1
    assert re.search(r"national/charges-ketamine\.yaml:\d+: charges\.infusion\.self_pay\.", out)


def test_pricing_reads_another_folder_and_nothing_else(run):
    folder = ROOT / "tests" / "examples" / "book"
    status, out, _ = run("estimate", "treatment=infusion", *IV[1:], "--pricing", str(folder))
    assert status == 0
    assert "$3,000.00" in out
    assert run("estimate", *IV, "--pricing", str(folder / "nowhere"))[0] == 2


PLAN_RULES = [
    # A copay for each of 14 visits: evaluation, twelve sessions, one follow-up
    (
        "treatment=spravato insurance=military sessions=12 psychotherapy=none plan=tricare_prime start=2027-01-11 "
        "authorization=approved copay=40 setting=office",
        "$560.00",
        {
            "en": ["Your plan asks one copay for each visit, whatever is billed on it."],
            "es": ["Su plan cobra un solo copago por visita, sin importar lo que se facture en ella."],
        },
    ),
    # Five talks at $150: three at $20, two before the deductible; three shots at $300, $200 to begin with
    (
        "treatment=im insurance=commercial sessions=3 psychotherapy=virtual psychotherapy_sessions=5 "
        "plan=employer_high_deductible start=2027-01-11 deductible=2700 first_visits=3 first_visits_copay=20 "
        "allowed.psychotherapy_virtual=150 price.injection=300 price.evaluation=200 coverage.evaluation=not_covered",
        "$1,460.00",
        {
            "en": ["The first 3 visits of a kind in a plan year cost you $20.00 each, without the deductible."],
            "es": ["Las primeras 3 consultas de un tipo en un año del plan le cuestan $20.00 cada una,"],
        },
    ),
]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(("answers", "amount", "notes"), PLAN_RULES, ids=["copay", "first-visits"])
def test_how_the_plan_was_counted_is_said(run, answers, amount, notes, lang):
    _, out, _ = run("estimate", *answers.split(), f"lang={lang}")
    said = " ".join(out.split())
    assert f"{'you pay about' if lang == 'en' else 'usted paga unos'} {amount}" in said
    assert [note for note in notes[lang] if note not in said] == []


@pytest.mark.parametrize(
    ("lang", "notes"),
    [
        (
            "en",
            [
                "Your plan asks one copay each time the pharmacy fills the drug. We count a fill for every 28 days.",
                "the card's money evenly over the year (a maximizer). None of it counts toward your deductible",
                "Drugs have a deductible of their own: $150.00 of $400.00 is left at your first visit.",
                "Your family's deductible has less left than your own, so it counts: $100.00.",
                "Your family's yearly maximum has less left than your own, so it counts: $300.00.",
            ],
        ),
        (
            "es",
            [
                "Contamos un surtido cada 28 días.",
                "por igual en el año (un «maximizer»).",
                "quedan $150.00 de $400.00.",
                "Al deducible de su familia le queda menos que al suyo, por eso cuenta ese: $100.00.",
                "Al máximo anual de su familia le queda menos que al suyo, por eso cuenta ese: $300.00.",
            ],
        ),
    ],
)
def test_every_rule_of_a_plan_is_said_with_its_amount(run, lang, notes):
    """At the first visit what is left is what was told: the start lies in the year of the balances."""
    told = (
        "treatment=spravato insurance=commercial sessions=3 psychotherapy=none plan=employer_high_deductible "
        "start=2026-12-05 authorization=approved drug_benefit=pharmacy pharmacy_copay=100 deductible=1500 "
        "deductible_remaining=1500 drug_deductible=400 drug_deductible_remaining=150 balances_as_of=2026-11-20 "
        "family_deductible_remaining=100 family_out_of_pocket_remaining=300 out_of_pocket_maximum=4000 "
        "out_of_pocket_remaining=4000 savings_program=yes accumulator=maximizer state=MA"
    )
    _, out, _ = run("estimate", *told.split(), f"lang={lang}")
    said = " ".join(out.split())
    assert [note for note in notes if note not in said] == []


def test_an_estimate_without_a_plan_says_nothing_of_one(run):
    _, out, _ = run("estimate", *IV)
    assert "Your plan" not in out
    assert "Your family" not in out
