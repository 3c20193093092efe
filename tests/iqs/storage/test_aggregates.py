"""The sums behind the reports equal what Python adds up itself, on both databases."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, insert, text, update

from iqs import periods
from iqs.assignments import AssignmentState
from iqs.figures import Cell, Tally
from iqs.reports import Period
from iqs.reviews import UNDO_WINDOW
from iqs.scoring import micropoints
from iqs.storage import aggregates, cards, tables
from iqs.storage.aggregates import Scope
from iqs.storage.asking import answer
from tests import history

LATER = datetime(2027, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def remember(store):
    with store.write() as tx:
        made = history.people(tx)
        history.reviews(tx, made, 400)
    return made


@pytest.fixture
def past(store, furnish):
    """Four hundred reviews over ten weeks in two teams."""
    return furnish(store, remember)


def tally(reviews):
    stored = [micropoints(each.score) for each in reviews if each.score is not None]
    return Tally(
        n=len(stored),
        total=sum(stored),
        squares=sum(score**2 for score in stored),
        passed=sum(each.passed is True for each in reviews),
        unscored=sum(each.score is None for each in reviews),
        imported=sum(each.stream == "imported" for each in reviews if each.score is not None),
    )


def grouped(reviews, windows, of):
    cells = {}
    for each in reviews:
        for place, window in enumerate(windows):
            if each.counts and window.start <= each.at < window.end:
                cells.setdefault(Cell(place, of(each)), []).append(each)
    return {cell: tally(found) for cell, found in cells.items()}


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/New_York"])
def test_scores_of_weeks_equal_pythons_own_sums(store, past, zone):
    """By week and by reviewer, to the last digit of the squares; by agent in test_cards."""
    windows = [periods.week(date(2026, 9, 14) + n * periods.WEEK, zone) for n in range(7)]
    ours = [each for each in past.reviews if each.team == 1]
    with store.read() as tx:
        scope = Scope(LATER, team_id=1)
        assert answer(tx, aggregates.by_window(scope, windows)) == grouped(ours, windows, lambda _: "")
        assert answer(tx, aggregates.by_reviewer(scope, windows)) == grouped(
            ours, windows, lambda r: r.reviewer
        )


def test_a_persons_scores_are_theirs_in_every_team_or_in_one(store, past):
    """Without a team all teams count, with one only that."""
    windows = [periods.days(date(2026, 9, 7), date(2026, 10, 31), "UTC")]
    own = [each for each in past.reviews if each.reviewee == 3]
    with store.read() as tx:
        everywhere = answer(tx, aggregates.by_window(Scope(LATER, reviewee_id=3), windows))
        assert everywhere == grouped(own, windows, lambda _: "")
        here = answer(tx, aggregates.by_window(Scope(LATER, team_id=2, reviewee_id=3), windows))
        assert here == grouped([each for each in own if each.team == 2], windows, lambda _: "")


def test_categories_equal_pythons_own_sums(store, past):
    """Each rating counts once, N/A nowhere; a category that is not part of the score is shown too."""
    windows = [periods.week(date(2026, 9, 14) + n * periods.WEEK, "UTC") for n in range(2)]
    expected = {}
    for each in past.reviews:
        for place, window in enumerate(windows):
            if each.team == 1 and each.counts and window.start <= each.at < window.end:
                for key, percent in each.percents.items():
                    points = micropoints(percent)
                    cell = Cell(place, key)
                    expected[cell] = expected.get(cell, Tally()) + Tally(1, points, points**2)
    with store.read() as tx:
        found = answer(tx, aggregates.rated(Scope(LATER, team_id=1), windows)).tallies
    assert found == expected
    assert {cell.of for cell in found} == {"solution", "tone", "process", "mood"}


def test_causes_are_counted_one_by_one(store, past):
    """A rating with two causes counts for both."""
    window = periods.days(date(2026, 9, 10), date(2026, 10, 20), "UTC")
    expected = Counter(
        cause
        for each in past.reviews
        if each.team == 2 and each.counts and window.start <= each.at < window.end
        for cause in each.causes
    )
    with store.read() as tx:
        found = answer(tx, aggregates.rated(Scope(LATER, team_id=2), [window]))
    assert found.causes == expected
    assert sum(expected.values()) > 20


def test_sums_of_squares_stay_exact_past_64_bits(store):
    """2,000 reviews of 99.999999 % square to 2·10¹⁹, more than a signed 64-bit integer holds."""
    score = 99_999_999
    with store.write() as tx:
        made = history.people(tx)
        history.reviews(tx, made, 2000, team=1)
        tx.execute(
            update(tables.Review).values(
                score=score, passed=True, kind="peer", stream="random", reviewer_id=9
            )
        )
    with store.read() as tx:
        window = periods.days(date(2026, 1, 1), date(2026, 12, 31), "UTC")
        (found,) = answer(tx, aggregates.by_window(Scope(LATER, team_id=1), [window])).values()
    assert (found.n, found.total, found.squares) == (2000, 2000 * score, 2000 * score**2)
    assert found.squares > 2**63
    assert found.estimate.sd == 0


def test_windows_are_half_open_and_released_means_the_undo_window_is_over(store):
    """A review at the start counts, at the end not; ten minutes old it counts, a moment younger not."""
    start, end = datetime(2026, 9, 14, tzinfo=UTC), datetime(2026, 9, 21, tzinfo=UTC)
    moments = [start - MICROSECOND, start, end - MICROSECOND, end]
    with store.write() as tx:
        made = history.people(tx)
        history.reviews(tx, made, 4, team=1)
        for n, at in enumerate(moments, 1):
            tx.execute(
                update(tables.Review)
                .where(tables.Review.id == n)
                .values(submitted_at=at, score=80_000_000, kind="peer", stream="random", reviewer_id=9)
            )
    week = [Period(start, end, "week")]
    last = end - MICROSECOND
    with store.read() as tx:
        for as_of, n in ((LATER, 2), (last + UNDO_WINDOW, 2), (last + UNDO_WINDOW - MICROSECOND, 1)):
            found = answer(tx, aggregates.by_window(Scope(as_of, team_id=1), week))
            assert found[Cell(0)].n == n


def test_drafts_count_nowhere(store, past):
    """Taken back, a review leaves the figures."""
    windows = [periods.days(date(2026, 9, 1), date(2026, 12, 1), "UTC")]
    with store.write() as tx:
        tx.execute(update(tables.Review).values(state="draft", submitted_at=None, score=None, passed=None))
    with store.read() as tx:
        scope = Scope(LATER, team_id=1)
        assert answer(tx, aggregates.by_window(scope, windows)) == {}
        assert answer(tx, aggregates.rated(scope, windows)).tallies == {}
        assert answer(tx, aggregates.received(Scope(LATER, reviewee_id=1), limit=5)) == ()


def test_work_is_told_as_it_stood(store):
    """What was submitted or skipped later is still open; work handed on is counted once."""
    window = periods.week(date(2026, 9, 14), "UTC")
    moment = window.start + timedelta(days=3)
    states = [
        ("open", None, None),
        ("submitted", moment, None),
        ("submitted", moment + MICROSECOND, None),
        ("skipped", None, moment),
        ("skipped", None, moment + MICROSECOND),
        ("cancelled", None, moment),
    ]
    with store.write() as tx:
        history.people(tx)
        for number, made_at in ((1, window.start), (2, window.end)):
            draw(tx, number, made_at)
        for n, (state, submitted_at, skipped_at) in enumerate(states, 1):
            assignment(tx, n, state, skipped_at or window.start, submitted_at)
        assignment(tx, 90, "open", window.end, None, draw_id=2)
    with store.read() as tx:
        assert answer(tx, aggregates.work(1, window, moment)) == {
            (8, "Person 8", AssignmentState.OPEN): 3,
            (8, "Person 8", AssignmentState.SUBMITTED): 1,
            (8, "Person 8", AssignmentState.SKIPPED): 1,
        }
        assert answer(tx, aggregates.work(1, window, LATER)) == {
            (8, "Person 8", AssignmentState.OPEN): 1,
            (8, "Person 8", AssignmentState.SUBMITTED): 2,
            (8, "Person 8", AssignmentState.SKIPPED): 2,
        }
        assert answer(tx, aggregates.work(2, window, LATER)) == {}


def draw(tx, number, made_at):
    tx.execute(
        insert(tables.Draw).values(
            id=number, team_id=1, period=f"2026-W{36 + number}", starts_at=history.START, ends_at=LATER,
            seed="s", eligible=9, excluded={}, created_at=made_at,
        )
    )  # fmt: skip


def assignment(tx, number, state, updated_at, submitted_at, *, draw_id=1):
    both = {
        "team_id": 1, "conversation_id": 1 + number % 6, "reviewer_id": 8, "reviewee_id": 1 + number % 6,
        "scorecard_version_id": 1, "kind": "peer", "stream": "random",
    }  # fmt: skip
    tx.execute(
        insert(tables.Assignment).values(
            id=number, draw_id=draw_id, state=state, created_at=history.START, updated_at=updated_at, **both
        )
    )
    if submitted_at is not None:
        tx.execute(
            insert(tables.Review).values(
                assignment_id=number, state="submitted", comment="", version=1, created_at=history.START,
                submitted_at=submitted_at, **both,
            )
        )  # fmt: skip


def test_the_newest_received_reviews_of_every_stream(store, past):
    """Targeted ones are shown to the person too; second readings, self reviews and calibration are no feedback."""
    own = [
        each
        for each in past.reviews
        if each.reviewee == 2 and each.kind in {"manager", "peer"} and each.stream != "double"
    ]
    newest = sorted(own, key=lambda each: each.at, reverse=True)[:7]
    with store.read() as tx:
        found = answer(tx, aggregates.received(Scope(LATER, reviewee_id=2), limit=7))
    assert [each.submitted_at for each in found] == [each.at for each in newest]
    assert [each.percent for each in found] == [
        None if each.score is None else pytest.approx(float(each.score), abs=1e-6) for each in newest
    ]
    assert {each.subject for each in found} == {"Subject 2"}


@pytest.fixture
def plans(store):
    """Runs a function and tells the database's plan of every SELECT it made."""

    def explained(run):
        seen = []

        def note(_connection, _cursor, statement, parameters, *_):
            if statement.startswith("SELECT"):
                seen.append((statement, parameters))

        with store.write() as tx:
            tx.execute(text("ANALYZE"))
        with store.read() as tx:
            event.listen(store.engine, "before_cursor_execute", note)
            try:
                run(tx)
            finally:
                event.remove(store.engine, "before_cursor_execute", note)
            prefix = "EXPLAIN QUERY PLAN " if store.is_sqlite else "EXPLAIN "
            return [
                "\n".join(str(row[-1]) for row in tx.exec_driver_sql(prefix + statement, parameters))
                for statement, parameters in seen
            ]

    return explained


def test_reports_read_the_period_and_not_the_history(store, plans):
    """However long the history, reviews are found by the period's range of an index, never by a scan."""
    with store.write() as tx:
        made = history.people(tx)
        history.reviews(tx, made, 6000, days=700)
    window = [periods.week(date(2027, 9, 13), "UTC")]

    def report(tx):
        team = Scope(datetime(2029, 1, 1, tzinfo=UTC), team_id=1)
        answer(tx, aggregates.by_window(team, window))
        answer(tx, cards.scores(team, window, by_reviewee=True))
        answer(tx, aggregates.by_window(Scope(team.as_of, reviewee_id=1), window))
        answer(tx, aggregates.rated(team, window))
        answer(tx, aggregates.by_reviewer(team, window))

    found = plans(report)
    assert len(found) == 5
    for plan in found:
        assert "ix_review_" in plan
        assert "SCAN review" not in plan
        assert "Seq Scan on review" not in plan
    if store.is_sqlite:
        for plan in found[:3]:
            assert "COVERING INDEX ix_review_" in plan
            assert "submitted_at>? AND submitted_at<?" in plan
