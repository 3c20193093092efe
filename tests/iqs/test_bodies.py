"""A body and its plain text say the same, line by line."""

import pytest

from iqs.bodies import Form, Line, Run, cut_body, labels, plain

BODY = (
    Line((Run("Do "), Run("this", bold=True), Run(":"))),
    Line((Run("first"),), Form.ITEM, number=1),
    Line((Run("and more"),), Form.MORE),
    Line((Run("inner"),), Form.ITEM, depth=1),
    Line(),
    Line(
        (
            Run("the guide", link="https://a.example/x"),
            Run(" or "),
            Run("https://b.example", link="https://b.example"),
        )
    ),
    Line((Run("said"),), quoted=2),
    Line((Run("  x = 1"),), Form.CODE),
)
TEXT = """Do this:
1. first
  and more
  • inner

the guide (https://a.example/x) or https://b.example
> > said
  x = 1"""


def test_plain_text_says_all_of_it():
    """Items have their marks, quotes theirs, and a link says where it leads unless its words do."""
    assert plain(BODY) == TEXT


def test_what_is_plain_needs_no_body():
    """Only a style, a list, a quote, code or a link is more than text tells."""
    assert Line((Run("a"), Run("b"))).is_plain
    assert not any(line.is_plain for line in BODY if line.runs)


def test_runs_of_one_link_belong_together():
    """A bold word inside a link does not part it."""
    runs = (Run("a"), Run("b", link="https://x.example"), Run("c", bold=True, link="https://x.example"))
    assert [(address, "".join(run.text for run in group)) for address, group in labels(runs)] == [
        (None, "a"),
        ("https://x.example", "bc"),
    ]


@pytest.mark.parametrize("end", range(1, len(TEXT)))
def test_a_cut_body_says_its_cut_text(end):
    """Wherever the cut falls, the body's plain text is the text that was kept and the mark behind it."""
    text = TEXT[:end].rstrip() + "… (cut)"
    cut = cut_body(BODY, text)
    assert plain(cut) == text
    assert cut[:-1] == BODY[: len(cut) - 1]
