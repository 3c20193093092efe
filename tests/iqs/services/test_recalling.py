"""A past programme's reviews become history: exact, once, under their own scorecard, and nobody is told."""

import csv
import io
from datetime import timedelta

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import func, select

from iqs.errors import Invalid
from iqs.past import PastScale
from iqs.services import comparing, recalling, reporting, telling
from iqs.storage import tables
from tests import world
from tests.world import MONDAY

HEADER = "conversation_id,reviewer,reviewee,category,value,submitted_at,comment\n"
SCALE = PastScale(-2, 2)
CATEGORIES = ("task_accomplishment", "customer_satisfaction", "effectiveness")


@pytest.fixture
def team(store, furnish):
    furnish(store, world.fill)
    return store, next(each for each in world.World(store).lea.roles)


def past(store, team_id, text, **more):
    with store.read() as tx:
        from iqs.storage.repositories import teams

        found = teams.by_id(tx, team_id)
    return recalling.import_reviews(store, text, found, now=MONDAY, **more)


def rows(store, what):
    with store.read() as tx:
        return tx.execute(what).all()


def sample(raters=7, conversations=40):
    """Complete ratings by raters of different leniency, and the same as an array."""
    rng = np.random.default_rng(5)
    level = rng.normal(0, 1, (1, conversations, 1)) + rng.normal(0, 0.7, (raters, 1, 1))
    values = np.clip(np.rint(level + rng.normal(0, 0.8, (raters, conversations, 3))), -2, 2).astype(int)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["conversation_id", "rater", "category", "score"])
    for (rater, place, category), value in np.ndenumerate(values):
        writer.writerow([f"d{place}", f"rater{rater}", CATEGORIES[category], value])
    return written.getvalue(), values


RENAMED = {"value": "score", "reviewer": "rater"}


def test_figures_equal_an_independent_computation(team):
    """Mean, interval and category cards of the import are those numpy and scipy find in the file itself."""
    store, team_id = team
    text, values = sample()
    done = past(store, team_id, text, scale=SCALE, renamed=RENAMED)
    assert (done.new, done.rejected, done.without_time, done.without_reviewee) == (280, [], 280, 280)
    report = reporting.team_report(store, None, team_id, now=MONDAY, period="all")
    percent = (values + 2) / 4 * 100
    scores = percent.mean(axis=2)
    assert report.imported == scores.size
    check(report.iqs, percent.mean(axis=2))
    found = {each.key: each.estimate for each in report.categories}
    for place, key in enumerate(CATEGORIES):
        check(found[key], percent[:, :, place])
    given = {each.name: each.estimate.mean for each in report.reviewers}
    assert given["rater3"] == pytest.approx(percent[3].mean())


def check(estimate, scores):
    """Of raters x conversations: the plain mean, with the interval of as many looks as there are conversations."""
    talks = scores.mean(axis=0)
    half = stats.t.ppf(0.975, talks.size - 1) * stats.sem(talks)
    assert (estimate.n, estimate.mean) == (scores.size, pytest.approx(scores.mean()))
    assert estimate.low == pytest.approx(scores.mean() - half, abs=1e-3)
    assert estimate.high == pytest.approx(scores.mean() + half, abs=1e-3)


def test_agreement_and_leniency_equal_an_independent_computation(team):
    """In a complete design a reviewer's leniency is their mean less everybody's; alpha counts all pairs."""
    store, team_id = team
    text, values = sample()
    past(store, team_id, text, scale=SCALE, renamed=RENAMED)
    found = comparing.compare(store, None, team_id, now=MONDAY)
    scores = ((values + 2) / 4 * 100).mean(axis=2)
    effects = {each.name: each.effect for each in found.reviewers}
    for rater in range(values.shape[0]):
        assert effects[f"rater{rater}"].points == pytest.approx(scores[rater].mean() - scores.mean())
        assert effects[f"rater{rater}"].n == values.shape[1]
    for place, key in enumerate(CATEGORIES):
        column = values[:, :, place].astype(float)
        within = sum(np.var(unit, ddof=1) for unit in column.T) / column.shape[1]
        alpha = 1 - within / np.var(column, ddof=1)
        told = next(each for each in found.categories if each.key == key)
        assert told.alpha["interval"] == pytest.approx(alpha)
        assert (told.units, told.raters) == (values.shape[1], values.shape[0])


def test_twice_changes_nothing_and_a_correction_is_one_update(team):
    """The same file again is unchanged; a changed value replaces the review's score, nothing is doubled."""
    store, team_id = team
    lines = "c1,rosa@example.com,ada@example.com,Tone,4,2026-03-01,Kind\n"
    assert past(store, team_id, HEADER + lines).new == 1
    before = rows(store, select(tables.Review.__table__))
    again = past(store, team_id, HEADER + lines)
    assert (again.new, again.updated, again.unchanged) == (0, 0, 1)
    assert rows(store, select(tables.Review.__table__)) == before
    mended = past(store, team_id, HEADER + lines.replace("Tone,4", "Tone,5"))
    assert (mended.new, mended.updated, mended.version) == (0, 1, 1)
    [row] = rows(store, select(tables.Review.score, tables.Review.version))
    assert row == (100_000_000, 2)


def test_people_are_found_by_address_and_id_never_by_name(team):
    """E-mail, Slack id and helpdesk id find the enrolled; "Rosa" is a name of the past, the same one each time."""
    store, team_id = team
    rosa = world.World(store).rosa
    lines = "".join(
        f"c{n},{who},h1,Tone,4,2026-03-01,\n"
        for n, who in enumerate(["ROSA@example.com", "U4", "h4", "Rosa"], 1)
    )
    done = past(store, team_id, HEADER + lines)
    assert done.strangers == {"Rosa"}
    found = rows(store, select(tables.Review.reviewer_id).order_by(tables.Review.conversation_id))
    assert [row[0] == rosa.id for row in found] == [True, True, True, False]
    past(store, team_id, HEADER + "c9,Rosa,h1,Tone,4,2026-03-02,\n")
    [(stranger, n)] = rows(
        store,
        select(tables.Review.reviewer_id, func.count())
        .where(tables.Review.reviewer_id != rosa.id)
        .group_by(tables.Review.reviewer_id),
    )
    assert n == 2
    [person] = rows(store, select(tables.Person.active).where(tables.Person.id == stranger))
    assert not person.active


def test_a_known_conversation_tells_whose_work_it_was(team):
    """Where the file names no reviewee, the imported conversation's agent is the one; else nobody is."""
    store, team_id = team
    ada = world.World(store).ada
    done = past(store, team_id, HEADER + "demo:c0,rosa@example.com,,Tone,4,2026-03-01,\nzz,U4,,Tone,4,,\n")
    assert (done.without_reviewee, done.without_time, done.unknown_conversations) == (1, 1, 1)
    found = rows(store, select(tables.Review.reviewee_id).order_by(tables.Review.id))
    assert [row[0] for row in found] == [ada.id, None]


def test_history_is_told_to_nobody_and_nobody_rates_with_its_scorecard(team):
    """No Notice is written, no assignment made, and the team keeps its scorecard."""
    store, team_id = team
    before = rows(store, select(tables.Team.scorecard_id))
    past(store, team_id, HEADER + "c1,U4,h1,Tone,4,2026-03-01,\n")
    assert rows(store, select(tables.Notice.id)) == []
    assert rows(store, select(tables.Assignment.id)) == []
    assert rows(store, select(tables.Team.scorecard_id)) == before


def test_history_counts_in_trend_report_and_explanation(team):
    """An imported review counts in its week, for its agent, and its arithmetic can be read."""
    store, team_id = team
    at = MONDAY - timedelta(days=3)
    past(store, team_id, HEADER + f"c1,U4,h1,Tone,4,{at.isoformat()},\n")
    report = reporting.team_report(store, None, team_id, now=MONDAY, period="last week")
    assert (report.iqs.mean, report.iqs.n, report.imported) == (75, 1, 1)
    assert {each.name: each.estimate.n for each in report.agents}["Ada"] == 1
    [(review_id,)] = rows(store, select(tables.Review.id))
    assert any("75" in line for line in telling.explain(store, review_id, now=MONDAY))


def test_a_review_of_oneself_is_a_self_review(team):
    """It is kept apart from IQS, as self reviews are."""
    store, team_id = team
    past(store, team_id, HEADER + "c1,U1,h1,Tone,1,2026-11-12,\n")
    report = reporting.team_report(store, None, team_id, now=MONDAY, period="last week")
    assert report.iqs.n == 0


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (HEADER + "c1,U4,h1,Tone,0,,\n", {}, "--scale"),
        (HEADER + "c1,U4,h1,Tone,9,,\n", {"scale": PastScale(1, 5)}, "no line that can be used"),
        (HEADER, {}, "no line"),
        ("a,b\n", {}, "does not name"),
    ],
)
def test_a_file_of_no_use_is_one_sentence(team, text, options, sentence):
    """Nothing is stored and the sentence says what to do."""
    store, team_id = team
    with pytest.raises(Invalid, match=sentence):
        past(store, team_id, text, **options)
    assert rows(store, select(tables.Review.id)) == []
