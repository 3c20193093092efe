"""A draw on one screen: who has done how much, what it was drawn from, why it is smaller, and two buttons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from blocks import draw, reminder
from blocks.ids import ActionId
from iqs.errors import Invalid
from iqs.people import Person
from iqs.progress import Short, Tally
from iqs.reminders import Reminder
from tests.blocks.draw_cases import NOW, PROGRESS, REMINDER
from tests.blocks.judge import judge_message, read


def actions(message):
    return [each for block in message["blocks"] for each in block.get("elements", []) if "action_id" in each]


def test_it_says_who_has_done_how_much():
    """In squares and in words; late and skipped only where there are any."""
    said = read(draw.message(PROGRESS))
    assert "▰▰▰▰▰▰▨▱▱▱ 12 of 18 reviews done · 1 late · 1 skipped" in said
    assert "▰▰▰▰▨▱▱▱▱▱ Rosa: 4 of 10 · 1 late · 1 skipped" in said
    assert "▰▰▰▰▰▰▰▰▰▰ Sam: 8 of 8" in said


def test_it_says_what_it_was_drawn_from_and_why_it_is_smaller():
    """Counts, the largest reason first, and the agent of whom there were too few."""
    said = read(draw.message(PROGRESS))
    assert "Drawn from 240 conversations; left out: 12 no customer message, 3 filtered out by tag." in said
    assert "Grace: 2 of 3, only 2 eligible" in said
    assert "1 conversation went to nobody" in said
    assert "2 skipped without a replacement" in said
    assert "aaaaaaaaaaaaaaaa" in said


def test_it_is_drawn_anew_only_while_nobody_has_begun():
    """And only after a question; what was committed can be verified."""
    assert [each["action_id"] for each in actions(draw.message(PROGRESS))] == [ActionId.DRAW_VERIFY]
    [verify, redraw] = actions(draw.message(replace(PROGRESS, can_redraw=True)))
    assert draw.read(redraw) == draw.read(verify) == (7, "2026-W46", 1)
    assert "18 scorecards" in redraw["confirm"]["text"]["text"]
    assert actions(draw.message(replace(PROGRESS, seed_hash=None))) == []
    for strange in ("7", "7:2026-W46", "7:2026-W46:one", ":2026-W46:1", None):
        with pytest.raises(Invalid):
            draw.read({"value": strange})


def test_many_people_and_long_names_fit():
    """The rest is added up."""
    crowd = tuple((f"{number} " + "W" * 300, Tally(5, 1)) for number in range(40))
    short = tuple(Short("&" * 200, 3, 0, 0) for _ in range(50))
    excluded = {f"reason {number} " + "<" * 90: number for number in range(30)}
    made = draw.message(replace(PROGRESS, by_reviewer=crowd, short=short, excluded=excluded))
    judge_message(made)
    assert "25 more: 25 of 125" in read(made)


def test_what_is_open_beside_the_draw_is_told():
    """Carried over, or picked by a lead; late only where it is. Where all was drawn, that is why there is no more."""
    assert "Open beside" not in read(draw.message(PROGRESS))
    carried = replace(PROGRESS, others=3, others_late=2, all_drawn=True)
    said = read(draw.message(carried))
    assert "Open beside this draw: 3 reviews of other draws or picked by a lead, 2 of them late." in said
    assert "Drawn from 240 conversations, all of them;" in said
    assert "1 review of other draws or picked by a lead. " in read(draw.message(replace(PROGRESS, others=1)))
    assert "2 late from before" in read({"text": "", "blocks": draw.section([carried])})


def test_the_home_shows_it_in_short():
    """A line a team; nothing where nothing was drawn."""
    assert draw.section([]) == []
    said = read({"text": "", "blocks": draw.section([PROGRESS])})
    assert "Care, 2026-W46" in said
    assert "12 of 18 reviews done" in said


def test_a_reminder_names_nobody_and_tells_all_open_work():
    """Overdue first, then by deadline."""
    made = reminder.message(REMINDER, now=NOW)
    assert made["text"] == "7 reviews wait for you, 2 due today."
    said = read(made)
    assert "1 overdue since" in said
    assert "4 due" in said
    assert "Rosa" not in said
    assert text_of((NOW + timedelta(days=9), 1)) == "1 review waits for you."
    assert text_of((NOW + timedelta(hours=8), 1)) == "1 review waits for you, 1 due today."
    assert text_of((NOW + timedelta(hours=8), 7)) == "7 reviews wait for you, all due today."
    assert text_of((NOW + timedelta(days=1), 7)) == "7 reviews wait for you, all due by tomorrow."


def text_of(*work):
    return reminder.message(Reminder(Person(1, "Rosa"), work, "UTC"), now=NOW)["text"]
