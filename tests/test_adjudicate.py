"""``estimator adjudicate``: what it prints, and what a person is told who made a slip in the file."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from support import given_claims, plain_ledger
from support.strategies_claims import claims_files
from test_table_problems_in_spanish import sayable

from estimator.cli import main
from estimator.prices.reading_claims import read_claims

BAD_CLAIMS = sorted((Path(__file__).parent / "bad_claims").glob("*.yaml"))
RULES = Path(__file__).parent / "conformance" / "rules"

A_YEAR = """
plan:
  plan_year_start: 1
  deductible: 2500
  out_of_pocket_maximum: 9800
  benefits:
    specialist: {deductible: no, copay: 50}
    "[drug]": {deductible: yes, coinsurance: 40}
  programs:
    card: {patient_pays: 10, annual_max: 8150, rebate: no}
claims:
  - {date: 2026-12-09, charge: 400, covered: no}
  - {date: 2026-12-01, benefit: specialist, allowed: 170.50}
  - {date: 2027-02-03, benefit: "[drug]", allowed: 885, program: card}
"""


@pytest.fixture
def run(tmp_path, capsys):
    def run(text, *options, name="claims.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        status = main(["adjudicate", str(path), *options])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_tables_say_who_pays_each_claim_and_each_plan_year(run):
    """No amount is cut short, and a class may have any name."""
    status, out, err = run(A_YEAR)
    assert (status, err) == (0, "")
    lines = [re.split(r"  +", line.strip()) for line in out.splitlines()]
    assert ["2026-12-01", "specialist", "$170.50", "$120.50", "$0.00", "$50.00", "$2,500.00", "$9,750.00"] in lines
    assert ["2026-12-09", "Not covered", "$400.00", "$0.00", "$0.00", "$400.00", "$2,500.00", "$9,750.00"] in lines
    assert ["2027-02-03", "[drug]", "$885.00", "$0.00", "$875.00", "$10.00", "$1,615.00", "$8,915.00"] in lines
    assert ["You pay", "$450.00", "$10.00", "$460.00"] in lines
    assert ["Deductible", "$0.00", "$885.00", "$885.00"] in lines


def test_json_has_exactly_the_names_others_rely_on(run):
    status, out, _ = run(A_YEAR, "--json")
    document = json.loads(out)
    assert status == 0
    assert list(document) == ["rows", "totals"]
    assert document["rows"][0] == {
        "date": "2026-12-01", "charge": 17050, "billed": 17050, "benefit": "specialist", "covered": True,
        "deductible_part": 0, "own_part": 5000, "share": 5000, "plan_pays": 12050, "program": None, "program_pays": 0,
        "you_pay": 5000, "deductible_left": 250000, "out_of_pocket_left": 975000, "not_allowed": 0,
    }  # fmt: skip
    assert list(document["totals"]) == ["all", "2026-01-01", "2027-01-01"]
    assert document["totals"]["2026-01-01"] == {
        "billed": 57050, "plan_pays": 12050, "program_pays": 0, "you_pay": 45000, "deductible": 0, "copay": 5000,
        "coinsurance": 0, "not_allowed": 0, "not_covered": 40000,
    }  # fmt: skip


def test_json_is_read_like_yaml(run):
    """With its own true, false and null, and whatever blanks it is written with."""
    given_ = given_claims.parsed(A_YEAR)
    _, expected, _ = run(A_YEAR, "--json")
    written = json.dumps(given_claims.written(given_), indent="\t")
    for word, its_own in (('"yes"', "true"), ('"no"', "false")):
        written = written.replace(word, its_own)
    written = written.replace('"plan_year_start"', '"drug_deductible": null, "plan_year_start"')
    assert run(written, "--json", name="claims.json") == (0, expected, "")


def test_no_claims_cost_nothing(run):
    status, out, _ = run("plan: {deductible: 100, out_of_pocket_maximum: 200}\nclaims: []", "--json")
    assert (status, json.loads(out)["rows"], json.loads(out)["totals"]["all"]["you_pay"]) == (0, [], 0)
    assert run("plan: {deductible: 100, out_of_pocket_maximum: 200}\nclaims: []")[0] == 0


@pytest.mark.parametrize("path", BAD_CLAIMS, ids=lambda path: path.stem)
def test_one_mistake_is_one_problem_with_its_line_in_plain_words(path, run):
    """Named with file, line, key and sentence; the exit status says that nothing was worked out."""
    text = path.read_text(encoding="utf-8")
    says, line = text.split("\n")[:2]
    status, out, err = run(text)
    assert (status, out) == (2, "")
    (problem,) = err.splitlines()
    assert re.match(rf"\S+claims\.yaml:{line.removeprefix('# line: ')}: ", problem), problem
    assert says.removeprefix("# says: ") in problem
    assert not re.search(r"[Ii]nput|pydantic|None|instance|\[key\]", problem)


@pytest.mark.parametrize("path", BAD_CLAIMS, ids=lambda path: path.stem)
def test_a_mistake_can_be_said_in_another_language(path):
    assert sayable(read_claims(path.read_bytes(), path.name)[1])


def test_mistakes_as_json_and_in_spanish(run):
    text = A_YEAR.replace("covered: no", "coverd: no")
    status, out, err = run(text, "--json", "--lang", "es")
    (error,) = json.loads(out)["errors"]
    assert (status, err) == (2, "")
    assert (error["line"], error["field"]) == (12, "claims[1].coverd")
    assert "covered" in error["fix"]
    assert error["message"] != json.loads(run(text, "--json")[1])["errors"][0]["message"]
    _, out, _ = run(A_YEAR, "--lang", "es")
    assert "Usted paga" in out
    assert not re.search(r"You pay|Deductible|Year from|In all|Totals", out)


def test_a_file_that_is_not_there_or_no_file_is_a_sentence(tmp_path, capsys):
    for path, reason in ((tmp_path / "nowhere.yaml", "No such file or directory"), (tmp_path, "Is a directory")):
        assert main(["adjudicate", str(path)]) == 2
        assert f"{path}: the file cannot be read: {reason}" in capsys.readouterr().err


@given(claims_files())
def test_any_valid_file_is_read_as_it_was_meant(file):
    """Every amount, rate, day and word that the plain ledger is given."""
    said, problems = read_claims(given_claims.as_yaml(file).encode(), "claims.yaml")
    assert not problems
    for key, expected in file["plan"].items():
        if key not in ("benefits", "programs", "out_of_network", "new_plan"):
            assert getattr(said.plan, key) == expected
    for claim, expected in zip(said.claims, file["claims"], strict=True):
        assert {key: getattr(claim, key) for key in expected} == expected
    assert plain_ledger.adjudicate(file)["rows"] or not file["claims"]


def test_the_day_of_the_balances_is_the_first_claims_where_none_is_said():
    given_ = given_claims.read(RULES / "3-copay-before-the-deductible.yaml")
    assert "as_of" not in given_["plan"]
    before = plain_ledger.adjudicate(given_)
    given_["plan"]["as_of"] = date(2026, 2, 1)
    assert plain_ledger.adjudicate(given_) == before
