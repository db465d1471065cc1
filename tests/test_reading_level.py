"""
How hard the English words of the patient's pages are: Flesch-Kincaid grades, school years in the United States.

The figure is rough: it counts syllables by their spelling, and words like "ketamine" or "insurance", which cannot be
replaced, cost as much as needless ones. So it is a mark not to be passed, page by page, and no proof of plain words.
"""

import re
from html.parser import HTMLParser

import pytest
from support.site_pages import BAD_FORM, ESTIMATE_IV, ESTIMATE_SPRAVATO, FORM, KNOWN, app, pages

MOST = 7.0
"""What a patient reads on the way: below the eighth grade, the usual mark for health information."""

MOST_OF_METHOD = 9.0
"""How the estimate is computed is for those who want to know more."""

BY_NAME = {page.name: page for page in KNOWN}
READ = [
    page
    for page in (
        FORM,
        BAD_FORM,
        ESTIMATE_IV,
        ESTIMATE_SPRAVATO,
        *(
            BY_NAME[name]
            for name in ("estimate-medicare", "method", "compare", "compare-unanswered", "compare-medicare")
        ),
        *(BY_NAME[name] for name in ("when-to-start", "stop-earlier", "next-steps")),
        *(BY_NAME[name] for name in ("before-you-decide", "glossary")),
    )
    if page in pages()
]

BLOCKS = frozenset(("p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "th", "td", "legend", "label", "summary", "div"))
# Names of sources, codes, charts and lists of choices are no sentences of ours.
LEFT_OUT = frozenset(("script", "style", "svg", "abbr", "select", "nav", "header"))
VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr", "col"))


class Sentences(HTMLParser):
    """The text of `main`, one piece per block."""

    def __init__(self):
        super().__init__()
        self.pieces, self.open = [""], []

    def handle_starttag(self, tag, attrs):
        classes = (dict(attrs).get("class") or "").split()
        if tag in BLOCKS or tag == "br":
            self.pieces.append("")
        if tag not in VOID:
            self.open.append((tag, tag in LEFT_OUT or bool({"cite", "sources", "cites"} & set(classes))))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag in BLOCKS:
            self.pieces.append("")

    def handle_data(self, data):
        inside = {tag for tag, _ in self.open}
        if "main" in inside and not any(left_out for _, left_out in self.open):
            self.pieces[-1] += data


def sentences(html):
    """The sentences of a page; headings, labels and table cells, which are none, are left out."""
    reader = Sentences()
    reader.feed(html)
    pieces = (" ".join(piece.split()) for piece in reader.pieces)
    return [
        sentence
        for piece in dict.fromkeys(pieces)
        if piece.endswith((".", "!", "?", ":", "”", ";"))
        for sentence in re.split(r"(?<=[.!?])[”’\")]*\s+(?=[“\"(]*[A-Z0-9$])", piece)
        if len(words(sentence)) > 2
    ]


def words(text):
    """Words as they are read; amounts and numbers count as words of one syllable."""
    return re.findall(r"[A-Za-z]+(?:[’'][a-z]+)?|\$?\d[\d,.]*%?", text)


def syllables(word):
    """Groups of vowels, without the silent endings."""
    word = re.sub(r"[^a-z]", "", word.lower())
    if len(word) <= 3:
        return 1
    word = re.sub(r"(?<![aeiouycgsxzh])es$|(?<=[^td])ed$|(?<![aeioul])e$|(?<=[aeiou]l)e$", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def grade(found):
    """Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    every = [word for sentence in found for word in words(sentence)]
    return 0.39 * len(every) / len(found) + 11.8 * sum(map(syllables, every)) / len(every) - 15.59


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("you", 1),
        ("price", 1),
        ("prices", 2),
        ("estimate", 3),
        ("insurance", 3),
        ("ketamine", 3),
        ("counted", 2),
        ("covered", 2),
        ("table", 2),
        ("whole", 1),
        ("clinic", 2),
        ("psychotherapy", 5),
    ],
)
def test_syllables(word, number):
    assert syllables(word) == number


def test_grades_tell_plain_words_from_others():
    plain = ["Call your plan and ask.", "You pay the rest at the visit."]
    hard = ["Utilization management determinations necessitate documentation of prior therapeutic interventions."]
    assert grade(plain) < 3
    assert grade(hard) > 15


@pytest.mark.parametrize("page", READ, ids=lambda page: page.name)
def test_a_page_is_plain(page):
    found = sentences(app().test_client().get(f"{page.address}{'&' if '?' in page.address else '?'}lang=en").text)
    assert len(found) >= 5
    worst = sorted(found, key=lambda one: grade([one]), reverse=True)[:6]
    told = "\n".join(f"  {grade([one]):.0f}: {one}" for one in worst)
    most = MOST_OF_METHOD if page.name == "method" else MOST
    assert grade(found) <= most, f"{page.name}: grade {grade(found):.1f}, at most {most}. Hardest:\n{told}"
