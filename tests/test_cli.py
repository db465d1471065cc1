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
