"""Mail that a message repeats is found where it begins and where it ends, and nothing else is taken for it."""

import pytest

from iqs import quoted
from iqs.quoted import history


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Thanks!\n\nOn Tue, Nov 18, 2026 at 9:00 AM Bo <[e-mail]> wrote:\n\n> hi\n> there", "On > there"),
        ("Danke!\nAm 18.11.2026 um 09:00 schrieb Bo <bo@x.example>:\n> hallo", "Am > hallo"),
        ("Thanks!\nOn Tue, Nov 18, 2026 at 9:00 AM Bo\n<bo@x.example> wrote:\n> hi", "On > hi"),
        ("Ok\n-----Original Message-----\nFrom: Bo\nhi\nall", "-----Original all"),
        ("Ok\n\nFrom: Ann\nSent: Monday\nTo: x\nSubject: y\n\nhello", "From: hello"),
        ("Ok\n________________________________\nFrom: Ann\nhello", "________________________________ hello"),
        ("Yes\n> a\n> b\n>\n> c", "> > c"),
    ],
)
def test_earlier_mail_is_found(text, folded):
    """From the line that introduces it, or its headers, or the first of at least three quoted lines at the end."""
    lines = text.split("\n")
    found = history(text)
    first, _, last = folded.partition(" ")
    assert lines[found.start].startswith(first)
    assert lines[found.stop - 1] == last
    assert found.start > 0


@pytest.mark.parametrize(
    "text",
    [
        "Hello:\nworld",
        "Yes\n> a",
        "> What is it?\nIt is a grinder.\n> And that?\nA cup.",
        "My data:\nName: Bo\nOrder: 12",
        "On Tue, Nov 18, 2026 Bo wrote:\n> all of it\n> is quoted",
        "\n\nFrom: Ann\nTo: x\nSubject: y\n\na forwarded mail",
        "",
    ],
)
def test_what_is_said_now_stays(text):
    """A list, single quotes between answers, and a message that is nothing but a forwarded mail are not folded."""
    assert history(text) is None


def test_an_answer_below_ends_it():
    """What is written under the quoted lines is no history."""
    lines = ["Hi", "On Tue, Nov 18, 2026 Bo wrote:", "> a", "> b", "", "My answer.", "> c"]
    assert history("\n".join(lines)) == range(1, 5)


def test_a_message_deeper_than_any_parser_likes_keeps_all():
    """Quotes 300 levels deep are lines like others: none vanishes."""
    text = "Yes\nOn Tue, Nov 18, 2026 Bo wrote:\n" + "\n".join(">" * depth + " x" for depth in range(1, 301))
    assert history(text) == range(1, 302)


@pytest.mark.parametrize(
    "text", ["a:\n" * 7_000, "From: x\n" * 2_500, "> a\nb:\n" * 3_000, "x wrote:\n" * 5_000]
)
def test_a_flood_of_candidates_is_looked_at_so_often(text, monkeypatch):
    """The close look is for at most a hundred lines of a message."""
    looks = []
    monkeypatch.setattr(quoted, "_introduces", lambda lines: bool(looks.append(lines)))
    monkeypatch.setattr(quoted, "_heads", lambda lines: bool(looks.append(lines)))
    history("Hi\n" + text)
    assert len(looks) <= 2 * quoted._CANDIDATES
