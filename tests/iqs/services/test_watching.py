"""Leads hear of a fall once, with the reviews behind it, and of the recovery; nobody else does."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from iqs.errors import NotAllowed, NotFound
from iqs.falls import Turn
from iqs.past import PastScale
from iqs.services import recalling, watching
from iqs.storage import tables
from iqs.storage.repositories import teams
from tests import world
from tests.world import MONDAY

HEADER = "conversation_id,reviewer,reviewee,category,value,submitted_at\n"


def steady(store):
    add(world.build(store), days(date(2026, 7, 1), 60), tone=90, facts=80)
    assert watching.watch(store, now=MONDAY) == 0


@pytest.fixture
def support(store, furnish):
    """A team whose last quarter was steady: Tone about 90, Facts about 80."""
    furnish(store, steady)
    return world.World(store)


def days(first, number):
    return [first + timedelta(days=n) for n in range(number)]


def add(made, on, *, tone, facts, seed=1):
    """One review a day with these means, spread by 6 points."""
    rng = np.random.default_rng([seed, on[0].toordinal()])
    lines = [
        f"p{day},rosa@example.com,ada@example.com,{name},{round(float(np.clip(rng.normal(mean, 6), 0, 100)))},{day}\n"
        for day in on
        for name, mean in (("Tone", tone), ("Facts", facts))
    ]
    with made.store.read() as tx:
        team = next(each for each in teams.every(tx) if each.name == "Support")
    recalling.import_reviews(made.store, HEADER + "".join(lines), team, now=MONDAY, scale=PastScale(0, 100))


def rows(made, what):
    with made.store.read() as tx:
        return tx.execute(what).all()


def told(made):
    """(who, turn, category) of each Notice about a shift."""
    found = rows(
        made,
        select(tables.Notice.person_id, tables.Shift.turn, tables.Shift.category)
        .join(tables.Shift, tables.Shift.id == tables.Notice.object_id)
        .where(tables.Notice.kind == "shift")
        .order_by(tables.Notice.id),
    )
    return [tuple(each) for each in found]


def test_a_steady_team_hears_nothing(support):
    """Another six weeks like the quarter before: no Notice."""
    add(support, days(date(2026, 10, 1), 46), tone=90, facts=80)
    assert watching.watch(support.store, now=MONDAY) == 0
    assert told(support) == []


def test_a_fall_is_told_to_the_lead_once(support):
    """Facts falls by 20 points: the category and then the whole score are told, each once however often we look."""
    add(support, days(date(2026, 11, 9), 7), tone=90, facts=60)
    assert watching.watch(support.store, now=MONDAY) == 2
    assert watching.watch(support.store, now=MONDAY + timedelta(hours=1)) == 0
    assert sorted(told(support)) == [(support.lea.id, "fall", ""), (support.lea.id, "fall", "facts")]


def test_the_report_names_what_fell_and_the_reviews_behind_it(support):
    """Category, level before and since, and the lowest reviews first; for leads and admins alone."""
    add(support, days(date(2026, 11, 2), 14), tone=90, facts=60)
    watching.watch(support.store, now=MONDAY)
    [(shift_id,)] = rows(support, select(tables.Shift.id).where(tables.Shift.category == "facts"))
    report = watching.shift_report(support.store, shift_id, support.lea)
    assert (report.turn, report.category, report.team.name) == (Turn.FALL, "Facts", "Support")
    assert report.mean < 70
    assert 75 <= report.usual <= 85
    percents = [each.percent for each in report.reviews]
    assert percents == sorted(percents)
    assert len(percents) == min(report.n, watching.SHOWN)
    assert report.began_at.date() >= date(2026, 11, 1)
    for stranger in (support.ada, support.rosa, support.vera):
        with pytest.raises(NotAllowed):
            watching.shift_report(support.store, shift_id, stranger)
    with pytest.raises(NotFound):
        watching.shift_report(support.store, 99)


def test_the_recovery_is_told_too(support):
    """Down in October, back in November: by mid-November the lead has heard that it is back."""
    add(support, days(date(2026, 10, 27), 5), tone=90, facts=60)
    watching.watch(support.store, now=MONDAY - timedelta(days=15))
    add(support, days(date(2026, 11, 1), 8), tone=90, facts=80)
    watching.watch(support.store, now=MONDAY - timedelta(days=6))
    assert [each[1:] for each in told(support) if each[2] == "facts"] == [
        ("fall", "facts"),
        ("recovery", "facts"),
    ]


def test_a_fall_of_the_last_quarter_is_watched_until_it_recovers(support):
    """Fallen in September, back in November: the new quarter does not forget it."""
    add(support, days(date(2026, 4, 1), 60), tone=90, facts=80)
    add(support, days(date(2026, 9, 24), 6), tone=90, facts=60)
    watching.watch(support.store, now=MONDAY.replace(month=9, day=30))
    add(support, days(date(2026, 11, 2), 8), tone=90, facts=80)
    watching.watch(support.store, now=MONDAY - timedelta(days=6))
    assert [each[1] for each in told(support) if each[2] == "facts"] == ["fall", "recovery"]


def test_old_history_is_recorded_and_not_told(support):
    """A fall that an import brings from weeks ago is no news."""
    add(support, days(date(2026, 10, 1), 20), tone=90, facts=50)
    assert watching.watch(support.store, now=MONDAY) == 0
    assert told(support) == []
    assert rows(support, select(tables.Shift.turn).where(tables.Shift.category == "facts")) == [("fall",)]


def test_without_new_reviews_nothing_is_reckoned(support, monkeypatch):
    """The second look costs one query a team."""
    monkeypatch.setattr(watching, "_watch", lambda *_: pytest.fail("looked again"))
    assert watching.watch(support.store, now=MONDAY) == 0
