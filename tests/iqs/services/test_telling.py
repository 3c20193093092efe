"""What an agent is told, and who may read it, on both databases."""

from datetime import timedelta

import pytest

from iqs.errors import NotAllowed, NotFound
from iqs.services import configuring, reviewing, telling
from tests.world import MONDAY, World, build

RELEASED = MONDAY + timedelta(minutes=10)


def reviewed(store):
    """The card of a submitted review of Ada's or Ben's work by Rosa."""
    world = build(store)
    world.draw()
    for task in world.tasks(world.rosa):
        card = reviewing.open_card(store, world.rosa, task)
        if card.reviewee_name in ("Ada", "Ben"):
            break
    world.rate_all(world.rosa, task)
    return reviewing.submit(store, world.rosa, task, now=MONDAY)


@pytest.fixture
def told(store, furnish):
    """A submitted review of Ada's or Ben's work by Rosa; `agent` is whose."""
    card = furnish(store, reviewed)
    world = World(store)
    world.review = card.review_id
    world.task = card.assignment.id
    world.agent = getattr(world, card.reviewee_name.lower())
    world.other = world.ben if card.reviewee_name == "Ada" else world.ada
    return world


def test_feedback_shows_what_was_submitted(told):
    """The agent reads the score, the ratings and who reviewed."""
    found = telling.read_feedback(told.store, told.agent, told.review, now=RELEASED)
    assert found == telling.feedback(told.store, told.review)
    assert found.score.percent == 100
    assert found.reviewer_name == "Rosa"
    assert found.reviewee == told.agent


def test_the_reviewer_is_hidden_where_the_team_says_so(told):
    """A team can keep the reviewer's name from the agent."""
    configuring.configure(told.store, None, "Support", shows_reviewer=False)
    assert telling.read_feedback(told.store, told.agent, told.review, now=RELEASED).reviewer_name is None


def test_an_agent_reads_nothing_before_release(told):
    """Inside the undo window the agent cannot see the review."""
    with pytest.raises(NotAllowed):
        telling.read_feedback(told.store, told.agent, told.review, now=RELEASED - timedelta(seconds=1))


def test_colleagues_and_other_teams_read_nothing(told):
    """Another agent, the auditor (no text) and another team are refused; lead and admin are not."""
    for stranger in (told.other, told.otto, told.vera):
        with pytest.raises(NotAllowed):
            telling.read_feedback(told.store, stranger, told.review, now=RELEASED)
    for reader in (told.lea, told.max, told.rosa):
        assert telling.read_feedback(told.store, reader, told.review, now=RELEASED).review_id == told.review


def test_acknowledging_is_the_agents_and_counts_once(told):
    """Only the reviewee acknowledges; the first time stays."""
    with pytest.raises(NotAllowed):
        telling.acknowledge(told.store, told.lea, told.review, now=RELEASED)
    first = telling.acknowledge(told.store, told.agent, told.review, now=RELEASED)
    again = telling.acknowledge(told.store, told.agent, told.review, now=RELEASED + timedelta(hours=1))
    assert first.acknowledged_at == again.acknowledged_at == RELEASED


def test_a_review_taken_back_is_gone(told):
    """After undo there is nothing to tell."""
    reviewing.undo(told.store, told.rosa, told.task, now=MONDAY)
    with pytest.raises(NotFound):
        telling.feedback(told.store, told.review)


def test_an_auditor_checks_the_arithmetic_and_reads_no_words(told):
    """Scores are an auditor's to check; comment and conversation are not."""
    assert telling.explain(told.store, told.review, actor=told.otto, now=MONDAY)
    with pytest.raises(NotAllowed):
        telling.read_feedback(told.store, told.otto, told.review, now=RELEASED)


def test_explain_prints_the_arithmetic_to_those_who_may(told):
    """The lines end in the score; a colleague gets the same sentence as for no review at all."""
    lines = telling.explain(told.store, told.review, actor=told.agent, now=RELEASED)
    assert lines[0] == f"Review {told.review}"
    assert any("= 100" in line for line in lines)
    with pytest.raises(NotAllowed):
        telling.explain(told.store, told.review, actor=told.other, now=RELEASED)
    with pytest.raises(NotFound):
        telling.explain(told.store, 999_999, now=RELEASED)
