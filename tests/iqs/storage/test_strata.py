"""What reviews were drawn from, and which share a conversation, as Python counts it, on both databases."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import bindparam, insert, text, update

from iqs import figures, periods
from iqs.figures import NOW, Cell, Part
from iqs.scoring import micropoints
from iqs.services import reporting
from iqs.storage import aggregates, cards, strata, tables
from iqs.storage.aggregates import Scope
from iqs.storage.asking import answer
from tests import history

LATER = datetime(2027, 1, 1, tzinfo=UTC)
WINDOWS = [
    periods.days(history.START.date(), history.START.date() + timedelta(days=29), "UTC"),
    periods.days(history.START.date() + timedelta(days=30), history.START.date() + timedelta(days=69), "UTC"),
]
OLD = 3  # the number of the draw that kept no strata
ELIGIBLE = {(draw, agent): 40 + 10 * agent + draw for draw in (1, 2) for agent in history.AGENTS}


def remember(store):
    with store.write() as tx:
        made = history.people(tx)
        history.reviews(tx, made, 400, team=1)
        tx.execute(
            insert(tables.Draw),
            [
                {
                    "id": draw, "team_id": 1, "period": f"2026-W{40 + draw}", "attempt": 1,
                    "starts_at": history.START, "ends_at": LATER, "seed": "s", "eligible": 0, "excluded": {},
                    "created_at": history.START,
                }
                for draw in (1, 2, OLD)
            ],
        )  # fmt: skip
        tx.execute(
            insert(tables.Stratum),
            [
                {"draw_id": draw, "person_id": agent, "eligible": number, "drawn": 5}
                for (draw, agent), number in ELIGIBLE.items()
            ],
        )
        made.draws = {
            number: 1 + number % 3
            for number, each in enumerate(made.reviews, 1)
            if each.stream == "random" and each.reviewer != each.reviewee
        }
        tx.execute(
            insert(tables.Assignment),
            [
                {
                    "id": number, "draw_id": draw, "team_id": 1, "conversation_id": history.TALK + number,
                    "reviewer_id": each.reviewer, "reviewee_id": each.reviewee, "scorecard_version_id": 1,
                    "kind": each.kind, "stream": "random", "state": "submitted", "created_at": each.at,
                    "updated_at": each.at,
                }
                for number, draw in made.draws.items()
                for each in [made.reviews[number - 1]]
            ],
        )  # fmt: skip
        tx.execute(
            update(tables.Review.__table__)
            .where(tables.Review.__table__.c.id == bindparam("number"))
            .values(assignment_id=bindparam("number")),
            [{"number": number} for number in made.draws],
        )
    return made


@pytest.fixture
def past(store, furnish):
    """Four hundred reviews; those of the random stream out of three draws, the oldest one without strata."""
    return furnish(store, remember)


def counted(past, window):
    return [
        (number, each)
        for number, each in enumerate(past.reviews, 1)
        if each.counts and each.score is not None and window.start <= each.at < window.end
    ]


def test_parts_are_the_reviews_of_each_draw_and_agent(store, past):
    """With how many were eligible; imported history and draws that kept no strata are in none."""
    expected = defaultdict(list)
    for place, window in enumerate(WINDOWS):
        for number, each in counted(past, window):
            draw = past.draws.get(number)
            if each.stream == "random" and draw not in (None, OLD):
                expected[place, each.reviewee, draw].append(micropoints(each.score))
    with store.read() as tx:
        found = answer(tx, strata.parts(Scope(LATER, team_id=1), WINDOWS))
    assert sorted(found) == sorted(
        Part(place, who, draw, len(scores), sum(scores), ELIGIBLE[draw, who])
        for (place, who, draw), scores in expected.items()
    )


def test_a_known_draw_narrows_the_interval_by_its_own_part(store, past):
    """The report's error² is s² / n² x sum of n_d (1 - n_d / N_d), whole for what no known draw brought."""
    with store.read() as tx:
        scope = Scope(LATER, team_id=1)
        scores = answer(tx, cards.scores(scope, WINDOWS, by_reviewee=True))
        received = {Cell(place, who): tally for (place, _, who), (tally, _) in scores.items()}
        parts = answer(tx, strata.parts(scope, WINDOWS))
    bare, _ = figures.team(received)
    narrowed, change = figures.team(received, figures.populations(received, parts))
    less = sum(each.n**2 / each.eligible for each in parts if each.window == NOW)
    assert narrowed.error**2 == pytest.approx(bare.error**2 * (1 - less / bare.n))
    assert (narrowed.mean, narrowed.n) == (bare.mean, bare.n)
    assert change == figures.team(received)[1]
    assert figures.weighted(received, parts, narrowed) is None  # some reviews are of no known draw


def test_the_report_weighs_where_every_review_is_of_a_known_draw(store, past):
    """Each agent's mean in each draw, weighted by their eligible conversations there: numpy's average."""
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE review SET stream = 'targeted' WHERE stream = 'imported'")
        tx.execute(text(f"UPDATE review SET stream = 'targeted' WHERE id % 3 = {OLD - 1}"))
    report = reporting.team_report(store, None, 1, now=LATER, period="2026-09-07..2026-11-15")
    kept = defaultdict(list)
    for number, each in enumerate(past.reviews, 1):
        if each.counts and each.stream == "random" and each.score is not None and past.draws[number] != OLD:
            kept[past.draws[number], each.reviewee].append(float(each.score))
    means, weights = [np.mean(each) for each in kept.values()], [ELIGIBLE[cell] for cell in kept]
    assert report.weighted.mean == pytest.approx(np.average(means, weights=weights), abs=1e-5)
    assert report.iqs.mean == pytest.approx(np.mean(np.concatenate(list(kept.values()))), abs=1e-5)
    assert report.weighted.n == report.iqs.n


def test_reviews_of_one_conversation_are_clusters(store, past):
    """What SQL adds up equals numpy's sums of residuals by conversation; without imported history nothing is asked."""
    with store.write() as tx:  # talks of three reviews each, of one agent
        shared = f"UPDATE review SET conversation_id = {history.TALK} + id - 6 * ((id / 6) % 3) WHERE id > 18"
        tx.execute(text(shared))
        pairs = dict(tx.exec_driver_sql("SELECT id, conversation_id FROM review").all())
    scope = Scope(LATER, team_id=1)
    with store.read() as tx:
        found = strata.apart(tx, scope, WINDOWS, answer(tx, aggregates.by_window(scope, WINDOWS)))
        rated = strata.ratings_apart(tx, scope, WINDOWS, answer(tx, aggregates.rated(scope, WINDOWS)).tallies)
    for place, window in enumerate(WINDOWS):
        now = counted(past, window)
        check(found[Cell(place)], [(pairs[number], float(each.score)) for number, each in now])
        tone = [
            (pairs[number], float(each.percents["tone"]))
            for number, each in enumerate(past.reviews, 1)
            if each.counts and "tone" in each.percents and window.start <= each.at < window.end
        ]
        check(rated[Cell(place, "tone")], tone)


def check(tally, scores):
    """Conversations, and the sum of their squared residual sums by the square of their average size."""
    talks, values = np.array([each[0] for each in scores]), np.array([each[1] for each in scores])
    _, inverse = np.unique(talks, return_inverse=True)
    sums = np.bincount(inverse, values - values.mean())
    assert len(sums) < len(values)
    assert tally.clusters.conversations == len(sums)
    average = len(values) / len(sums)
    assert float(tally.clusters.squares) / 10**12 == pytest.approx((sums**2).sum() / average**2, rel=1e-5)
