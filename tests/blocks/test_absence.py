"""Out of office in the App Home: shown with its last day, asked for in days, ended with one button."""

from datetime import UTC, date, datetime

import pytest

from blocks import absence, kit
from blocks.ids import ActionId
from iqs.absences import Absence, AbsenceSource
from iqs.errors import Invalid
from iqs.people import Person, Role
from iqs.reports import Home
from tests.blocks.clicks import buttons
from tests.blocks.judge import judge_home, judge_modal, read

ROSA = Person(4, "Rosa", roles={7: frozenset({Role.REVIEWER})})
AWAY = Absence(4, datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 25, 23, tzinfo=UTC))


def shown(person=ROSA, **more):
    return kit.home(absence.section(Home(person, (), timezone="Europe/Berlin", **more)))


def chosen(first, last):
    days = {"absence.first": {ActionId.FIRST_DAY: {"selected_date": first}}}
    days["absence.last"] = {ActionId.LAST_DAY: {"selected_date": last}}
    return {"state": {"values": days}}


def test_the_home_says_until_when():
    """Berlin's midnight after the 25th is the end: the last day is the 25th, whoever set it."""
    home = shown(absence=AWAY)
    judge_home(home)
    assert "from 23 November until 25 November 2026, that day included" in read(home)
    assert buttons(home) == ["I am back"]
    assert "Slack status" in read(
        shown(absence=Absence(4, AWAY.starts_at, AWAY.ends_at, AbsenceSource.SLACK))
    )


def test_one_day_and_a_turn_of_the_year_read_well():
    """One day has no end of its own; a year is named twice only where there are two."""
    day = Absence(4, datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC))
    assert "out of office on 23 November 2026." in read(shown(absence=day))
    turn = Absence(4, datetime(2026, 12, 30, 23, tzinfo=UTC), datetime(2027, 1, 2, 23, tzinfo=UTC))
    assert "from 31 December 2026 until 2 January 2027" in read(shown(absence=turn))


def test_only_reviewers_are_asked():
    """Somebody without reviews to do has no such line; who is there can say that they go."""
    assert buttons(shown()) == ["Out of office …"]
    agent = Person(1, "Ada", roles={7: frozenset({Role.AGENT})})
    assert absence.section(Home(agent, ())) == []


def test_the_days_come_back_as_they_were_chosen():
    """What the window asks for is read from it again; a missing day is said at its field."""
    judge_modal(absence.modal(date(2026, 11, 23)))
    assert absence.read_absence(chosen("2026-11-23", "2026-11-25")) == (
        date(2026, 11, 23),
        date(2026, 11, 25),
    )
    with pytest.raises(Invalid) as refused:
        absence.read_absence(chosen("2026-11-23", None))
    assert set(absence.errors(refused.value)) == {"absence.last"}
    assert absence.errors(Invalid("Too late.")) == {"absence.last": "Too late."}
