"""What is added up by scorecard version equals the same sums in plain Python, on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, update

from iqs import periods
from iqs.figures import NOBODY, Cell, Tally
from iqs.reports import Period
from iqs.scorecards import definition
from iqs.scoring import micropoints
from iqs.storage import aggregates, cards, tables
from iqs.storage.aggregates import Scope
from iqs.storage.asking import answer
from tests import history

LATER = datetime(2027, 1, 1, tzinfo=UTC)
SECOND = 100
WEEKS = [periods.week(date(2026, 9, 14) + n * periods.WEEK, "UTC") for n in range(6)]
UNDATED = Period(WEEKS[-1].end, WEEKS[-1].end, "", undated=True)


def version(number):
    return 2 if number % 3 == 0 else 1


def remember(store):
    with store.write() as tx:
        made = history.people(tx)
        history.reviews(tx, made, 400)
        tx.execute(insert(tables.Scorecard).values(id=2, name="Second"))
        tx.execute(
            insert(tables.ScorecardVersion).values(
                id=2, scorecard_id=2, version=1, definition=definition(history.CARD), published_at=LATER
            )
        )
        tx.execute(
            insert(tables.Category),
            [
                {"id": SECOND + n, "scorecard_id": 2, "key": each.key}
                for n, each in enumerate(history.CARD.categories, 1)
            ],
        )
        second = tables.Review.id % 3 == 0
        tx.execute(update(tables.Review).where(second).values(scorecard_version_id=2))
        tx.execute(
            update(tables.Rating)
            .where(tables.Rating.review_id % 3 == 0)
            .values(category_id=tables.Rating.category_id + SECOND)
        )
    return dict(enumerate(made.reviews, 1))


@pytest.fixture
def past(store, furnish):
    """Two teams' reviews by id; every third was made with another scorecard that has the same keys."""
    return furnish(store, remember)


def counted(past, windows):
    """(window, id, review) of what counts for team 1."""
    return [
        (place, number, each)
        for number, each in past.items()
        for place, window in enumerate(windows)
        if each.team == 1 and each.counts and window.start <= each.at < window.end
    ]


def tally(each):
    if each.score is None:
        return Tally(unscored=1)
    stored = micropoints(each.score)
    return Tally(1, stored, stored**2, int(each.passed is True), 0, int(each.stream == "imported"))


def summed(found, key):
    """Tallies, and the first time of a scored one, by a key of (window, id, review)."""
    sums = {}
    for place, number, each in found:
        before, first = sums.get(key(place, number, each), (Tally(), None))
        at = each.at if each.score is not None else None
        known = [moment for moment in (first, at) if moment is not None]
        sums[key(place, number, each)] = before + tally(each), min(known, default=None)
    return sums


def test_scores_are_told_apart_by_version_and_reviewee(store, past):
    """By week, version and agent, to the last digit, with the moment each version was first scored with."""
    found = counted(past, WEEKS)
    with store.read() as tx:
        scope = Scope(LATER, team_id=1)
        by_agent = answer(tx, cards.scores(scope, WEEKS, by_reviewee=True))
        together = answer(tx, cards.scores(scope, WEEKS))
    assert by_agent == summed(found, lambda place, number, each: (place, version(number), each.reviewee))
    assert together == summed(found, lambda place, number, _: (place, version(number), NOBODY))
    assert {key[1] for key in together} == {1, 2}


def test_reviews_without_a_time_stand_in_the_window_that_asks_for_them(store, past):
    """An empty window that is undated has all of them, and no dated window has one."""
    lost = [number for number, each in past.items() if each.stream == "imported" and each.counts]
    with store.write() as tx:
        tx.execute(update(tables.Review).where(tables.Review.id.in_(lost)).values(submitted_at=None))
    with store.read() as tx:
        found = answer(tx, cards.scores(Scope(LATER, team_id=1), [*WEEKS, UNDATED]))
    undated = [tally for (place, _, _), (tally, _) in found.items() if place == len(WEEKS)]
    assert sum(each.n + each.unscored for each in undated) == sum(past[number].team == 1 for number in lost)
    assert {first for (place, _, _), (_, first) in found.items() if place == len(WEEKS)} == {None}
    assert not sum(each.imported for (place, *_), (each, _) in found.items() if place < len(WEEKS))


def test_people_behind_a_category_are_counted_once_over_all_scorecards(store, past):
    """Somebody rated in a category of two scorecards is one person, or a figure of too few would be published."""
    people, points = {}, {}
    for place, _, each in counted(past, WEEKS):
        for key, percent in each.percents.items():
            people.setdefault((place, key), set()).add(each.reviewee)
            stored = micropoints(percent)
            cell = Cell(place, key)
            points[cell] = points.get(cell, Tally()) + Tally(1, stored, stored**2)
    with store.read() as tx:
        scope = Scope(LATER, team_id=1)
        found = answer(tx, aggregates.rated(scope, WEEKS, people=True))
    assert found.tallies == points
    assert found.people == {cell: len(who) for cell, who in people.items()}
