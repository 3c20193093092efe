"""The demo tells what it promises: a steady team, a category that dips, an agent who finds their feet."""

import shutil
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from bot.demo import cast, story, world
from iqs.notices import NoticeState
from iqs.people import Role
from iqs.reports import Period
from iqs.scoring import micropoints, review_score
from iqs.services import reporting
from iqs.statistics import Word
from iqs.storage import tables
from iqs.storage.repositories import reviews, scorecards
from iqs.storage.store import Store

MONDAY = date(2026, 11, 16)
MORNING = world.local(MONDAY, world.TOLD)


@pytest.fixture(scope="module")
def past(migrated_file, tmp_path_factory):
    """The whole past of the demo, up to its Monday morning."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copyfile(migrated_file, path)
    store = Store(f"sqlite:///{path}")
    world.found(store, MONDAY)
    world.remember(store, MONDAY, range(1, story.WEEKS))
    world.live_through(store, MONDAY, story.WEEKS)
    yield store
    store.close()


@pytest.fixture(scope="module")
def team(past):
    lead = world.identified(past, cast.LEILA)
    return reporting.team_report(past, lead, lead.teams(Role.LEAD)[0], now=MORNING)


def test_team(team):
    """The team stands at about 85 %, without a clear change."""
    assert 83 <= team.iqs.mean <= 88
    assert team.change.word is Word.UNCLEAR
    assert all(point.estimate.n >= 8 for point in team.trend[:-1])


def test_dip(past, team):
    """Product knowledge is clearly lower than a month ago, the others are not; the digest says so on Monday."""
    words = {figure.key: figure.change.word for figure in team.categories}
    assert words.pop(story.DIPPING) is Word.LOWER
    assert Word.LOWER not in words.values()
    digest = reporting.preview_digest(past, None, team.team.id, now=MORNING)
    assert "Product knowledge fell" in digest.headline
    assert {"Out-of-date information", "Help article is wrong"} & {each.cause for each in team.causes[:3]}


def test_improving_agent(past):
    """Femi begins well below the team and is clearly better at the end."""
    femi = world.identified(past, cast.FEMI)
    first = MORNING - timedelta(weeks=story.WEEKS)
    half = first + timedelta(weeks=6)
    late = reporting.personal_report(past, femi, now=MORNING, period=Period(half, MORNING, "the second half"))
    assert late.change.word is Word.HIGHER
    assert late.change.points > 10
    assert late.iqs.mean > 80


def test_severe_reviewer(past):
    """Jonas rates lower than the others."""
    with past.read() as tx:
        rows = tx.execute(
            select(tables.Review.reviewer_id, tables.Review.score).where(tables.Review.score > 0)
        ).all()
    jonas = world.identified(past, cast.JONAS).id
    his = [score for reviewer, score in rows if reviewer == jonas]
    others = [score for reviewer, score in rows if reviewer != jonas]
    assert sum(his) / len(his) < sum(others) / len(others) - 2_000_000


def test_failed_reviews(past):
    """A few reviews failed on a critical rating, none of them lately."""
    with past.read() as tx:
        zero = tx.execute(select(tables.Review.submitted_at).where(tables.Review.score == 0)).scalars().all()
    assert 1 <= len(zero) <= 4, len(zero)
    assert max(zero) < MORNING - timedelta(weeks=5)


def test_stored_scores_are_the_products_own(past):
    """Every stored score and every rating's points are what the product computes from the ratings."""
    with past.read() as tx:
        rows = tx.execute(select(*tables.Review.__table__.c).where(tables.Review.state == "submitted")).all()
        assert len(rows) > 150
        for row in rows:
            card = scorecards.by_version(tx, row.scorecard_version_id)
            score = review_score(card, reviews.draft(tx, row.id, row.comment).ratings)
            assert (row.score, row.passed) == (micropoints(score.percent), score.passed)
            assert row.comment


def test_remembered_is_lived(migrated_file, tmp_path):
    """A week in one transaction leaves the reviews, ratings and assignments that the services leave."""

    def lived(name, live):
        path = tmp_path / name
        shutil.copyfile(migrated_file, path)
        store = Store(f"sqlite:///{path}")
        try:
            world.found(store, MONDAY)
            live(store)
            with store.read() as tx:
                return [
                    tx.execute(select(*table.__table__.c).order_by(*table.__table__.primary_key)).all()
                    for table in (tables.Assignment, tables.Rating)
                ], tx.execute(
                    select(
                        *(column for column in tables.Review.__table__.c if column.name != "acknowledged_at")
                    ).order_by(tables.Review.id)
                ).all()
        finally:
            store.close()

    fast = lived("fast.db", lambda store: world.remember(store, MONDAY, range(5, 6)))
    slow = lived("slow.db", lambda store: world.live_through(store, MONDAY, 5))
    assert fast == slow


def test_nothing_old_is_told(past):
    """Only Friday's feedback waits to be sent; whatever came before is called off."""
    with past.read() as tx:
        states = tx.execute(select(tables.Notice.state, tables.Notice.not_before)).all()
    waiting = [at for state, at in states if state == NoticeState.PENDING]
    assert 1 <= len(waiting) <= 6
    assert min(waiting) > MORNING - timedelta(days=4)
    assert {state for state, _ in states} == {NoticeState.PENDING, NoticeState.CANCELLED}


def test_comments_fit(past):
    """Comments are varied, name people, and leave no placeholder behind."""
    with past.read() as tx:
        said = tx.execute(select(tables.Review.comment).where(tables.Review.comment != "")).scalars().all()
    assert not [comment for comment in said if "{" in comment]
    assert len(set(said)) > len(said) / 2


@pytest.mark.parametrize("day", [date(2026, 4, 6), date(2026, 10, 26), date(2027, 1, 4)])
def test_any_monday(migrated_file, tmp_path, day):
    """The story is the same in any week, across clock changes and the turn of a year."""
    path = tmp_path / "demo.db"
    shutil.copyfile(migrated_file, path)
    store = Store(f"sqlite:///{path}")
    world.found(store, day)
    world.remember(store, day, range(1, story.WEEKS + 1))
    with store.read() as tx:
        scores = tx.execute(select(tables.Review.score)).scalars().all()
    digest = reporting.preview_digest(store, None, 1, now=world.local(day, world.TOLD))
    store.close()
    assert 83 <= Fraction(sum(scores), len(scores) * 1_000_000) <= 88
    assert "Product knowledge fell" in digest.headline
