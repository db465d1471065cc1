"""Reading price tables: what they become, and what a person is told who made a slip."""

import json
import os
import re
import threading
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.hostile_tables import HOSTILE
from support.strategies_yaml import SMALL_BOOK, charge_tables, misfits, plain, slips, small_book, trees, writings
from support.tables_for_tests import BAD_TABLES, changed, with_table

from estimator.prices.nodes import read_tree
from estimator.prices.problems import Problem
from estimator.prices.reading import National, read_books, read_clinic, read_files, read_national
from estimator.prices.schema.files import NationalFile
from estimator.prices.yaml_text import MOST_BYTES

TODAY = date(2026, 3, 1)


def books_of(files):
    reading = read_files(files)
    assert not reading.errors, [str(problem) for problem in reading.errors]
    return reading.books


def clinic(text, id_="broken"):
    """The book of a clinic on top of the small national tables."""
    start = "clinic: {name: A clinic}\ndefaults: {source: invented, checked: 2026-01-02}\n"
    return books_of(small_book() | {f"clinics/{id_}.yaml": (start + text).encode()}).clinics[id_].tables


# Addresses


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://example.org/prices?a=1#b", "https://example.org/prices?a=1#b"),
        ("http://example.org/prices", "https://example.org/prices"),
        ("https://example.org", "https://example.org"),
    ],
)
def test_pages_link_by_https_only_also_where_a_table_of_before_says_http(written, read):
    assert clinic(f"sources: {{ours: {{title: Ours, url: '{written}'}}}}").sources["ours"].url == read


@pytest.mark.parametrize(
    "address", ["https://ann:pw@example.org", "https://ann@example.org/x", "https://x\\@y.org", "ftp://x.org"]
)
def test_an_address_with_a_name_or_a_password_is_refused_with_its_line(address):
    files = small_book() | {
        "clinics/broken.yaml": f"""clinic: {{name: A clinic}}
sources:
  ours: {{title: Ours, url: '{address}'}}
""".encode()
    }
    (problem,) = [one for one in read_files(files).problems if "is not an address" in one.says]
    assert (problem.file, problem.line, problem.where) == ("clinics/broken.yaml", 3, "sources.ours.url")


# Forms of a value


@pytest.mark.parametrize("word", ["yes", "no", "true", "false"])
def test_yes_and_no_may_be_written_as_true_and_false(word):
    """For a clinic, for a plan, and in the answers of somebody made up, where a link says yes or no."""
    patient = f"answers: {{treatment: iv, insurance: none, therapist_present: {word}}}"
    text = f"clinic: {{name: A, fictional: {word}}}\nreference_patients: {{a: {{label: A, {patient}}}}}\n"
    tables = books_of(small_book() | {"clinics/a.yaml": text.encode()}).clinics["a"].tables
    yes = word in ("yes", "true")
    assert tables.clinic.fictional is yes
    assert tables.reference_patients["a"].answers["therapist_present"] == ("yes" if yes else "no")
    benefit = ("payers", "commercial", "profiles", "employer", "benefits", "drug", "deductible")
    plan = books_of(changed(benefit, word, "national/money.yaml")).national.tables.payers["commercial"]
    assert plan.profiles["employer"].benefits["drug"].deductible is yes


def test_a_first_line_that_names_the_version_of_yaml_is_passed_over():
    files = small_book()
    said = {name: b"%YAML 1.2\n---\n" + data for name, data in files.items()}
    assert books_of(said).national.tables == books_of(files).national.tables


# Mistakes


def header(path):
    says, line = path.read_text(encoding="utf-8").split("\n")[:2]
    return says.removeprefix("# says: "), int(line.removeprefix("# line: "))


@pytest.mark.parametrize("path", BAD_TABLES, ids=lambda path: path.stem)
def test_one_mistake_is_one_problem_with_its_line_in_plain_words(path):
    says, line = header(path)
    files, name = with_table(path.read_bytes())
    reading = read_files(files, TODAY)
    assert [problem.file for problem in reading.problems] == [name], [str(problem) for problem in reading.problems]
    (problem,) = reading.problems
    assert says in str(problem)
    assert problem.line == line
    assert not re.search(r"[Ii]nput|pydantic|None|libyaml|instance|\[key\]", str(problem))


@pytest.mark.parametrize("path", BAD_TABLES, ids=lambda path: path.stem)
def test_a_broken_clinic_hides_no_other_clinic_and_broken_national_tables_hide_no_clinics_mistakes(path):
    files, name = with_table(path.read_bytes())
    reading = read_files(files | {"clinics/zz.yaml": b"clinc: {}"}, TODAY)
    assert {problem.file for problem in reading.problems} == {name, "clinics/zz.yaml"}
    if name.startswith("clinics/"):
        assert "riverbend" in reading.books.clinics
        assert "zz" not in reading.books.clinics


def test_all_mistakes_of_all_files_are_told_at_once():
    files = small_book()
    files["national/care.yaml"] = files["national/care.yaml"].replace(b"200, high: 400", b"$200, high: 4OO")
    files["national/money.yaml"] = files["national/money.yaml"].replace(b"weight: 3", b"weight: three")
    files["clinics/riverbend.yaml"] = files["clinics/riverbend.yaml"].replace(b"2400", b"24oo")
    problems = read_files(files).problems
    assert [(problem.file, problem.where.rpartition(".")[2]) for problem in problems] == [
        ("national/care.yaml", "typical"),
        ("national/care.yaml", "high"),
        ("national/money.yaml", "weight"),
        ("clinics/riverbend.yaml", "price"),
    ]


def test_checks_of_single_entries_run_although_another_file_is_broken():
    files = changed(["charges", "infusion", "price_question"], None) | {"national/money.yaml": b"a: [b"}
    says = [problem.says for problem in read_files(files).problems]
    assert len(says) == 2
    assert any("price_question" in one for one in says)


def test_a_problem_is_one_line_with_place_reason_and_fix():
    problem = Problem("national/charges.yaml", 8, 12, "charges.x.low", "'$75' is not an amount", "write 75")
    assert str(problem) == "national/charges.yaml:8: charges.x.low: '$75' is not an amount. Fix: write 75"
    assert "\n" not in str(Problem("a", 0, 0, "", "two\nlines\r\nand\u2028more"))
    assert len(str(Problem("a", 1, 1, "x" * 10_000, "y" * 10_000, "z" * 10_000))) < 1100


def test_an_amount_points_at_the_amount_and_an_unknown_key_at_the_key():
    (amount,) = read_files(small_book() | {"clinics/a.yaml": b"clinic: {name: A, state:   Ohio}"}).problems
    (key,) = read_files(small_book() | {"clinics/a.yaml": b"clinic: {name: A, stat:   OH}"}).problems
    assert (amount.line, amount.column) == (1, 28)
    assert (key.line, key.column) == (1, 19)


def test_lines_count_alike_with_windows_line_ends_and_byte_order_mark():
    text = "clinic:\r\n  name: A\r\n  state: Ohio\r\n"
    (problem,) = read_files(small_book() | {"clinics/a.yaml": b"\xef\xbb\xbf" + text.encode()}).problems
    assert (problem.line, problem.column) == (3, 10)


@pytest.mark.parametrize("name", ["national", "Harbor", "a b", "-a", "a" * 61, "é"])
def test_a_clinics_file_must_be_named_like_a_clinic(name):
    (problem,) = read_files(small_book() | {f"clinics/{name}.yaml": b"clinic: {name: A}"}).problems
    assert "cannot be the name of a clinic" in problem.says


def test_files_that_stand_elsewhere_are_told():
    (problem,) = read_files(small_book() | {"charges.yaml": b"charges: {}"}).problems
    assert "only national/*.yaml and clinics/*.yaml are tables" in problem.says


@pytest.mark.parametrize("data", [b"", b"# nothing yet\n", b"---\n...\n"])
def test_an_empty_file_is_told(data):
    reading = read_files(small_book() | {"clinics/a.yaml": data})
    assert len(reading.problems) == 1
    assert reading.problems[0].says in ("the file is empty", "a table begins with keys, like 'charges:'")


# Scalars are the text that was written


@pytest.mark.parametrize("written", ["NO", "yes", "010", "1:30", "45.10", "1e3", "0x1f", "~", "null", "2026-01-01"])
def test_scalars_keep_the_text_that_was_written(written):
    root, problems = read_tree(f"a: {written}\nb: '{written}'\n".encode(), "x")
    assert not problems
    assert root.plain() == {"a": written, "b": written}


def test_a_state_may_be_norway_and_a_price_keeps_its_cents():
    book = clinic("charges: {infusion: {self_pay: {2026-01-01: 45.10}}}")
    assert book.charges["infusion"].self_pay[date(2026, 1, 1)].range.low == 4510
    assert books_of(small_book()).clinics["riverbend"].tables.clinic.state == "NO"


# Books


def test_the_shipped_small_book_is_read_without_a_problem():
    assert read_books(SMALL_BOOK, TODAY).problems == ()


def test_as_of_is_the_newest_check_and_versions_follow_the_bytes():
    before = books_of(small_book())
    assert before.national.as_of == date(2026, 1, 5)
    assert before.clinics["riverbend"].as_of == date(2026, 2, 3)
    assert re.fullmatch("[0-9a-f]{12}", before.national.version)
    commented = small_book()
    commented["clinics/riverbend.yaml"] += b"# a comment\n"
    after = books_of(commented)
    assert after.national.version == before.national.version
    assert after.clinics["riverbend"].version != before.clinics["riverbend"].version
    commented["national/money.yaml"] += b"# a comment\n"
    last = books_of(commented)
    assert last.national.version != after.national.version
    assert last.clinics["riverbend"].version != after.clinics["riverbend"].version


def test_defaults_fill_what_a_figure_does_not_say_and_nothing_else():
    book = books_of(small_book()).national.tables
    own = book.charges["evaluation"].self_pay[date(2026, 1, 1)]
    filled = book.charges["evaluation"].commercial[date(2026, 1, 1)]
    assert (own.source, own.checked, own.confidence) == (("survey",), date(2026, 1, 5), "low")
    assert (filled.source, filled.checked, filled.confidence) == (("invented",), date(2026, 1, 2), "low")
    assert book.treatments["iv"].usual_sessions.source == ("invented",)
    assert book.payers["commercial"].profiles["employer"].checked == date(2026, 1, 2)
    assert book.texts.why_notice[0].source == ("invented",)


def test_a_clinic_replaces_only_the_keys_it_writes():
    """Its prices hold from its first own day on; before that day the national price does."""
    national = books_of(small_book()).national.tables.charges["evaluation"]
    ours = clinic("charges: {evaluation: {self_pay: {2026-02-01: 120}}}").charges["evaluation"]
    assert ours.self_pay.keys() == {date(2026, 2, 1)}
    assert ours.price_on("self_pay", date(2026, 2, 1)).typical == 120_00
    assert ours.price_on("self_pay", date(2026, 1, 31)) == national.price_on("self_pay", date(2026, 1, 31))
    for key in set(type(national).model_fields) - {"self_pay"}:
        assert getattr(ours, key) == getattr(national, key)


def test_what_a_clinic_asks_money_for_is_not_included_elsewhere_unless_it_says_so():
    files = changed(["charges", "evaluation", "included_in"], "infusion")
    start = "clinic: {name: A}\ndefaults: {source: invented, checked: 2026-01-02}\ncharges: {evaluation: {%s}}"
    for ours, included in (("self_pay: {2026-01-01: 90}", None), ("per: visit", "infusion")):
        books = books_of(files | {"clinics/a.yaml": (start % ours).encode()})
        assert books.clinics["a"].tables.charges["evaluation"].included_in == included


def test_same_as_follows_the_clinics_price_column_by_column():
    follows = clinic("charges: {infusion: {self_pay: {2026-01-01: 420}}}")
    assert follows.charges["booster"].self_pay[date(2026, 1, 1)].range.known
    assert follows.charges["booster"].label.en == "Booster infusion"
    own = clinic("charges: {infusion: {self_pay: {2026-01-01: 420}}, booster: {self_pay: {2026-01-01: 300}}}")
    assert own.charges["booster"].self_pay[date(2026, 1, 1)].range.low == 300_00
    other = clinic("charges: {infusion: {commercial: {2026-01-01: 420}}, booster: {self_pay: {2026-01-01: 300}}}")
    assert other.charges["booster"].commercial[date(2026, 1, 1)].range.low == 420_00
    assert other.charges["booster"].self_pay[date(2026, 1, 1)].range.low == 300_00
    unchanged = clinic("charges: {infusion: {benefit: procedure}}")
    assert unchanged.charges["booster"] == books_of(small_book()).national.tables.charges["booster"]


def test_a_clinic_may_add_charges_sources_and_lines():
    book = books_of(small_book()).clinics["riverbend"].tables
    assert book.charges["monitoring"].per.en == "session"
    assert book.charges["monitoring"].self_pay[date(2026, 2, 1)].source == ("riverbend",)
    assert [line.charge for line in book.treatments["spravato"].each_session] == [
        "spray-84",
        "observation",
        "monitoring",
    ]
    assert {"invented", "riverbend"} <= book.sources.keys()
    assert [line.charge for line in book.treatments["iv"].each_session] == ["infusion", "booster"]


def test_a_clinic_offers_everything_or_what_it_names():
    assert list(clinic("charges: {}").treatments) == ["iv", "spravato"]
    files = small_book() | {"clinics/a.yaml": b"clinic: {name: A, offers: [spravato]}"}
    assert list(books_of(files).clinics["a"].tables.treatments) == ["spravato"]


def test_what_is_wrong_with_the_national_tables_is_told_once_however_many_clinics_there_are():
    files = changed(["charges", "infusion", "price_question"], None)
    files |= {f"clinics/c{number}.yaml": b"clinic: {name: A}" for number in range(5)}
    reading = read_files(files)
    assert len(reading.problems) == 1
    assert reading.books is None


def test_a_clinic_can_be_checked_without_the_others():
    national = read_national(small_book())
    assert isinstance(national, National)
    book, problems = read_clinic(national, "ours", b"clinic: {name: Ours}\ncharges: {infusion: {label: Ours}}")
    assert not problems
    assert book.tables.charges["infusion"].label.en == "Ours"
    book, problems = read_clinic(national, "ours", b"clinic: {name: Ours}\ncharges: {infusoin: {}}")
    assert book is None
    assert [problem.file for problem in problems] == ["clinics/ours.yaml"]


def test_values_never_change():
    book = books_of(small_book()).national.tables
    with pytest.raises(TypeError):
        book.charges["infusion"] = None  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        book.charges["infusion"].label = None


# Folders


@pytest.fixture
def folder(tmp_path):
    for name, data in small_book().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_folder_is_read_like_its_files(folder):
    assert read_books(folder).books.national.version == books_of(small_book()).national.version


def test_a_folder_without_tables_is_a_problem_not_an_exception(tmp_path):
    for empty in (tmp_path, tmp_path / "nowhere"):
        reading = read_books(empty)
        assert reading.books is None
        assert [problem.says for problem in reading.problems] == ["there are no national tables"]


def test_hidden_files_and_other_kinds_of_files_are_passed_over(folder):
    (folder / "national" / ".care.yaml.swp").write_text("x")
    (folder / "national" / ".#care.yaml").symlink_to("nowhere")
    (folder / "README.md").write_text("x")
    (folder / "clinics" / "notes.txt").write_text("x")
    assert read_books(folder).problems == ()


def test_a_table_that_would_be_overlooked_for_its_name_is_told(folder):
    (folder / "clinics" / "harbor.yml").write_text("clinic: {name: A}")
    reading = read_books(folder)
    assert [str(problem) for problem in reading.problems] == [
        "clinics/harbor.yml: the name ends in .yml. Fix: rename it to .yaml"
    ]
    assert reading.broken_clinics == {"harbor"}


@pytest.mark.parametrize("kind", ["national", "clinics"])
def test_what_is_no_regular_file_is_told_and_never_waited_for(folder, kind):
    (folder / kind / "folder.yaml").mkdir()
    os.mkfifo(folder / kind / "pipe.yaml")
    (folder / kind / "dangling.yaml").symlink_to("nowhere")
    reading = read_books(folder)
    assert [problem.file for problem in reading.problems] == [
        f"{kind}/{name}.yaml" for name in ("dangling", "folder", "pipe")
    ]
    assert (reading.books is None) == (kind == "national")


@pytest.mark.parametrize("kind", ["national", "clinics"])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"pr\xe9cios.yaml", "pr\\xe9cios.yaml"),
        (b"two\nlines.yaml", "two\\x0alines.yaml"),
        (b"a\x1b[1m.yml", "a\\x1b[1m.yml"),
    ],
)
def test_a_name_that_cannot_be_written_down_is_a_problem_with_the_name_escaped(folder, kind, name, shown):
    """Neither store nor page could hold such a name: the file is no table, the others are read, and nothing raises."""
    (folder / kind / os.fsdecode(name)).write_bytes(b"clinic: {name: A}")
    reading = read_books(folder)
    (problem,) = reading.problems
    assert problem.file == f"{kind}/{shown}"
    assert "rename it" in problem.fix
    assert str(problem).isascii()
    assert (reading.books is None) == (kind == "national")


def test_a_long_name_is_a_problem_and_letters_of_any_language_are_none(folder):
    """Names go into the store: they may be Spanish, but not without end."""
    (folder / "clinics" / f"{'x' * 240}.yaml").write_text("clinic: {name: A}")
    (problem,) = read_books(folder).problems
    assert "name is too long" in problem.says
    assert len(problem.file) <= 200
    (folder / "clinics" / f"{'x' * 240}.yaml").unlink()
    care = folder / "national" / "care.yaml"
    care.rename(care.with_name("atenci\u00f3n.yaml"))
    assert read_books(folder).problems == ()


def test_of_a_file_that_is_too_large_only_the_beginning_is_read(folder):
    with (folder / "clinics" / "large.yaml").open("wb") as file:
        file.truncate(40 * MOST_BYTES)
    (problem,) = read_books(folder).problems
    assert "larger than 1,000,000 bytes" in problem.says


# Anything at all


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_and_nothing_crashes(name):
    """Deep nesting once crashed the C parser's composer, on a small thread stack with 3 KB."""
    data, readings = HOSTILE[name], []

    def read():
        readings.append(read_files({"national/a.yaml": data}))
        readings.append(read_files(small_book() | {"clinics/a.yaml": data}))

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    national, with_clinic = readings
    assert national.errors
    assert national.books is None
    assert with_clinic.broken_clinics == {"a"}
    assert len(with_clinic.errors) <= 100
    assert max(len(str(problem)) for problem in with_clinic.errors) < 1100


def never_raises(files):
    reading = read_files(files, TODAY)
    assert (reading.books is None) == any(not problem.file.startswith("clinics/") for problem in reading.errors)
    for problem in reading.problems:
        lines = files.get(problem.file, b"").count(b"\n") + files.get(problem.file, b"").count(b"\r") + 1
        assert 0 <= problem.line <= lines
        assert problem.says
        assert "\n" not in str(problem)


@given(st.binary(max_size=200), st.text(max_size=200))
def test_arbitrary_bytes_and_text_never_raise(data, text):
    never_raises({"national/a.yaml": data, "clinics/a.yaml": text.encode("utf-8", "surrogatepass")})


@given(slips(small_book()["national/care.yaml"]), slips(small_book()["clinics/riverbend.yaml"]))
def test_slips_of_the_keyboard_never_raise(national, clinic):
    never_raises(small_book() | {"national/care.yaml": national})
    never_raises(small_book() | {"clinics/riverbend.yaml": clinic})


@given(st.data())
def test_values_of_the_wrong_kind_anywhere_never_raise(data):
    name = data.draw(st.sampled_from(list(small_book())))
    never_raises(small_book() | {name: data.draw(misfits(small_book()[name]))})


@given(st.data())
def test_reading_what_was_written_gives_the_same_tree(data):
    tree = data.draw(trees())
    root, problems = read_tree(data.draw(writings(tree)), "x")
    assert not problems
    assert root.plain() == tree


@given(st.data())
def test_every_value_knows_where_it_stands(data):
    """What stands at a scalar's line and column is that scalar, as another parser finds it too."""
    tree = data.draw(trees())
    text = data.draw(writings(tree)).removeprefix(b"\xef\xbb\xbf")
    marks = {
        (event.start_mark.line + 1, event.start_mark.column + 1): event.value
        for event in yaml.parse(text, Loader=yaml.SafeLoader)
        if isinstance(event, yaml.ScalarEvent)
    }
    root, _ = read_tree(text, "x")

    def scalars(node):
        if isinstance(node.content, str):
            yield node
        else:
            for child in node.content.values() if isinstance(node.content, dict) else node.content:
                yield from scalars(child)

    for node in scalars(root):
        assert marks[node.line, node.column] == node.content


@given(st.data())
def test_reading_what_was_written_gives_the_same_table(data):
    """However it is quoted and laid out, a table says what the plain values say."""
    table = data.draw(charge_tables())
    root, problems = read_tree(data.draw(writings(table)), "x")
    assert not problems
    assert NationalFile.model_validate(root.plain()) == NationalFile.model_validate(table)


@given(st.data())
def test_a_book_does_not_depend_on_how_its_files_are_written(data):
    files = {name: data.draw(writings(plain(content))) for name, content in small_book().items()}
    assert books_of(files).national.tables == books_of(small_book()).national.tables
    assert books_of(files).clinics["riverbend"].tables == books_of(small_book()).clinics["riverbend"].tables


def test_json_is_a_table_too():
    files = {name: json.dumps(plain(content)).encode() for name, content in small_book().items()}
    assert books_of(files).national.tables == books_of(small_book()).national.tables
