"""The whole draw: beside the random sample what is picked for coaching, and what two people read unawares."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from blocks import scorecard, transcript
from iqs import streams
from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.files import comparisons
from iqs.reviews import Stream
from iqs.services import (
    auditing,
    comparing,
    configuring,
    drawing,
    enrolling,
    reporting,
    reviewing,
    selfing,
    telling,
    verifying,
)
from iqs.storage import tables
from iqs.storage.repositories import pairs
from tests.world import MONDAY, WEEK, conversation

LATER = MONDAY + timedelta(hours=1)
AT = MONDAY - timedelta(days=4)


def configure(world, **options):
    configuring.configure(world.store, None, "Support", now=MONDAY, **options)


def draw(world, seed="s"):
    return drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed=seed)


def of(result, stream):
    return [each for each in result.assignments if each.stream is stream]


def marked(number, agent, **facts):
    return {**conversation(number, agent, at=AT), **facts}


def unhappy(number, agent):
    return marked(number, agent, csat={"value": 1, "min": 1, "max": 5})


def assignments(store):
    with store.read() as tx:
        return tx.execute(select(*tables.Assignment.__table__.c).order_by(tables.Assignment.id)).all()


def test_the_random_sample_owes_nothing_to_the_rest(world):
    """With targets and second readings on, the random sample is the same as without them."""
    world.import_(*(unhappy(100 + n, "h1") for n in range(10)))
    plain = drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed="s", dry_run=True).assignments
    configure(world, targets=streams.read("csat<=40"), double_percent=50)
    assert [each.conversation for each in of(draw(world), Stream.RANDOM)] == [
        each.conversation for each in plain
    ]


def test_what_is_picked_says_why_and_is_not_in_the_sample(world):
    """Each sign is found, at most as many as asked for; none of them is in the random sample too."""
    world.import_(
        unhappy(100, "h1"),
        marked(101, "h2", handle_seconds=9_000),
        marked(102, "h3", tags=["Escalated", "vip"]),
        marked(103, "h1", csat={"value": 5, "min": 1, "max": 5}, handle_seconds=60, tags=["calm"]),
    )
    configure(world, targets=streams.read("csat<=40,handle>2h,tag=escalated,max=10"), quota=1)
    done = draw(world)
    picked = of(done, Stream.TARGETED)
    reasons = {each.picked_for for each in assignments(world.store) if each.stream == "targeted"}
    sampled = {each.conversation for each in of(done, Stream.RANDOM)}
    assert {each.conversation for each in picked} == {"demo:c100", "demo:c101", "demo:c102"} - sampled
    assert reasons <= {"CSAT 0 %", "handle time 2 h 30 min", "tag Escalated"}
    assert len(reasons) == len(picked) > 0


def test_no_more_are_picked_than_asked_for_and_they_are_spread(world):
    """Of many that fit, as many as the team wants, over the agents and the reviewers."""
    world.import_(*(unhappy(100 + n, ("h1", "h2")[n % 2]) for n in range(20)))
    configure(world, targets=streams.read("csat<=40,max=4"))
    picked = of(draw(world), Stream.TARGETED)
    assert len(picked) == 4
    assert {each.reviewee for each in picked} == {"Ada", "Ben"}
    assert {each.reviewer for each in picked} == {"Rosa", "Cleo"}


def test_exclusions_hold_for_what_is_picked_too(world):
    """A conversation or tag that the team keeps out of its draws is not picked for coaching either."""
    world.import_(unhappy(100, "h1"), {**unhappy(101, "h1"), "tags": ["legal"]})
    with world.store.write() as tx:
        tx.execute(
            tables.Team.__table__.update().values(
                filters={"without": ["demo:c100"], "without_tags": ["legal"]},
                targets=streams.read("csat<=40").stored(),
            )
        )
    assert of(draw(world), Stream.TARGETED) == []


def test_a_second_reading_goes_to_somebody_else_and_looks_like_any_other(world):
    """Its scorecard says nothing of it: in words and in buttons it is one of the random sample."""
    configure(world, double_percent=100)
    done = draw(world)
    twice = [each for each in assignments(world.store) if each.stream == "double"]
    first = {each.id: each for each in assignments(world.store)}
    assert len(twice) > 0
    for each in twice:
        assert first[each.double_of_id].conversation_id == each.conversation_id
        assert first[each.double_of_id].reviewer_id != each.reviewer_id
        assert first[each.double_of_id].due_at == each.due_at
    assert len({each.conversation for each in of(done, Stream.DOUBLE)}) == len(twice)
    person = next(each for each in (world.rosa, world.cleo) if each.id == twice[0].reviewer_id)
    card = reviewing.open_card(world.store, person, twice[0].id)
    drawn = str(scorecard.message(card, now=MONDAY))
    assert "Random sample, week 46" in drawn
    assert not any(word in drawn.lower() for word in ("double", "second", "two reviewers", "twice"))
    assert transcript.asked(card.assignment).startswith("Random sample")


def test_the_agent_hears_of_a_second_reading_nothing(world):
    """No message, not in their list, not theirs to read; and the auditor misses nothing."""
    configure(world, double_percent=100)
    draw(world)
    auditing.audit(world.store, now=MONDAY)
    twice = next(each for each in assignments(world.store) if each.stream == "double")
    person = next(each for each in (world.rosa, world.cleo) if each.id == twice.reviewer_id)
    world.rate_all(person, twice.id)
    card = reviewing.submit(world.store, person, twice.id, now=MONDAY)
    found = auditing.audit(world.store, now=LATER)
    assert found is not None
    assert (found.findings, found.mended) == ((), ())
    with world.store.read() as tx:
        told = tx.scalar(
            select(func.count()).select_from(tables.Notice).where(tables.Notice.kind == "feedback")
        )
        agent = tx.scalar(select(tables.Person.slack_user_id).where(tables.Person.id == twice.reviewee_id))
    assert told == 0
    reviewee = enrolling.identify(world.store, agent)
    assert reporting.personal_report(world.store, reviewee, now=LATER).recent == ()
    with pytest.raises(NotFound if reviewee is None else Exception, match="no such review"):
        telling.read_feedback(world.store, reviewee, card.review_id, now=LATER)
    with pytest.raises(NotAllowed, match="no such review"):
        verifying.why_review(world.store, reviewee, card.review_id, now=LATER)
    lines = telling.explain(world.store, card.review_id, actor=person, now=LATER)
    assert "two reviewers" not in lines[1]
    assert "two reviewers" in telling.explain(world.store, card.review_id, now=LATER)[1]


def test_a_second_reading_can_be_undone_like_any_other(world):
    """Undo within ten minutes works, though no message waits."""
    configure(world, double_percent=100)
    draw(world)
    twice = next(each for each in assignments(world.store) if each.stream == "double")
    person = next(each for each in (world.rosa, world.cleo) if each.id == twice.reviewer_id)
    world.rate_all(person, twice.id)
    reviewing.submit(world.store, person, twice.id, now=MONDAY)
    assert reviewing.undo(world.store, person, twice.id, now=MONDAY).score is None


def test_agreement_goes_by_the_pairs(world):
    """Both readings of a conversation, once released, are a pair, also when the first was handed on meanwhile."""
    configure(world, double_percent=100)
    draw(world)
    for person in (world.rosa, world.cleo):
        for number, task in enumerate(world.tasks(person)):
            world.rate_all(person, task, value=1 + number % 2 if person.name == "Rosa" else 2)
            reviewing.submit(world.store, person, task, now=MONDAY)
    team_id = assignments(world.store)[0].team_id
    with world.store.read() as tx:
        both = pairs.between(tx, team_id, since=MONDAY, until=LATER, as_of=LATER)
        early = pairs.between(tx, team_id, since=MONDAY, until=LATER, as_of=MONDAY)
        ratings = pairs.ratings(tx, both)
    twice = sum(each.stream == "double" for each in assignments(world.store))
    assert len(both) == twice > 0
    assert early == []
    assert {each.conversation_id for each in ratings} == {each.conversation_id for each in both}
    found = comparing.compare(world.store, None, team_id, now=LATER)
    assert {each.units for each in found.double} == {twice}
    assert "In second readings alone" in comparisons.text(found)
    assert len(json.loads(comparisons.as_json(found))["double"]) == len(found.double)


def figures(report):
    """Every figure of a report that reviews may move."""
    return (
        report.iqs, report.pass_rate, report.categories, report.agents, report.reviewers, report.trend,
        report.causes, report.progress, report.skip_share, report.unscored, report.criticals, report.pairs,
        report.groups,
    )  # fmt: skip


@pytest.mark.parametrize("stream", ["targeted", "double", "self"])
def test_neither_moves_any_figure(world, stream):
    """What is picked, read twice or seen by the agent changes no figure of the team, and none of any person."""
    world.import_(*(unhappy(100 + n, ("h1", "h2")[n % 2]) for n in range(6)))
    configure(
        world,
        targets=streams.read("csat<=40"),
        double_percent=100,
        self_reviews=True,
        goal=80,
        names_people=True,
    )
    draw(world)
    team_id = assignments(world.store)[0].team_id
    everyone = {each.id: each for each in (world.ada, world.ben, world.cleo, world.rosa)}
    selfing.keep_up(world.store, now=MONDAY)
    for each in assignments(world.store):
        if each.stream == "random" and each.kind != "self":
            world.rate_all(everyone[each.reviewer_id], each.id)
            reviewing.submit(
                world.store, everyone[each.reviewer_id], each.id, now=MONDAY + timedelta(minutes=1)
            )
    selfs = [each for each in assignments(world.store) if each.kind == "self"]
    ours = [each for each in assignments(world.store) if each.stream == stream] if stream != "self" else selfs
    before = figures(reporting.team_report(world.store, None, team_id, now=LATER))
    persons = [reporting.personal_report(world.store, each, now=LATER).iqs for each in everyone.values()]
    assert len(ours) > 0
    for each in ours:
        world.rate_all(everyone[each.reviewer_id], each.id, value=1)
        reviewing.submit(world.store, everyone[each.reviewer_id], each.id, now=MONDAY + timedelta(minutes=2))
    assert figures(reporting.team_report(world.store, None, team_id, now=LATER)) == before
    after = [reporting.personal_report(world.store, each, now=LATER).iqs for each in everyone.values()]
    assert after == persons


def test_settings_that_cannot_be_are_refused(world):
    """More than all of a sample cannot be read twice."""
    with pytest.raises(Invalid, match="0 to 100"):
        configure(world, double_percent=101)
