"""The draw, as leads and the clock ask for it, on both databases."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from iqs.errors import Conflict, Invalid, NotAllowed, NotFound
from iqs.services import delivering, drawing, enrolling, reviewing
from tests.world import MONDAY, WEEK, conversation


def test_each_agent_gets_the_quota_and_the_work_is_shared_evenly(world):
    """Three conversations an agent, spread over the reviewers as evenly as the rules allow."""
    result = world.draw()
    assert Counter(each.reviewee for each in result.assignments) == {"Ada": 3, "Ben": 3, "Cleo": 3}
    load = Counter(each.reviewer for each in result.assignments)
    assert sorted(load.values()) == [4, 5]
    assert all(each.reviewer != each.reviewee for each in result.assignments)
    assert result.saved
    assert result.eligible == 24


def test_the_same_inputs_draw_the_same_sample(world):
    """A dry run, the draw itself and the draw asked for again agree to the last pair."""
    dry, real, again = world.draw(dry_run=True), world.draw(), world.draw()
    assert dry.assignments == real.assignments
    assert set(again.assignments) == set(real.assignments)
    assert (dry.saved, real.saved, again.saved, again.existed) == (False, True, False, True)
    assert len(world.tasks(world.rosa)) + len(world.tasks(world.cleo)) == 9


def test_draws_at_the_same_moment_make_one(world):
    """Two leads pressing at once, or a lead and the clock, get the same draw."""
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: world.draw(), range(6)))
    assert sorted(each.saved for each in results) == [False] * 5 + [True]
    assert len({frozenset(each.assignments) for each in results}) == 1
    assert len(world.tasks(world.rosa)) + len(world.tasks(world.cleo)) == 9


def test_another_seed_draws_another_sample(world):
    """The seed decides."""
    first, second = world.draw(dry_run=True, seed="a"), world.draw(dry_run=True, seed="b")
    assert {each.conversation for each in first.assignments} != {
        each.conversation for each in second.assignments
    }


def test_a_drawn_period_cannot_be_drawn_with_another_seed(world):
    """Nobody tries seeds until the sample pleases."""
    world.draw(seed="a")
    with pytest.raises(Conflict, match="seed a"):
        world.draw(seed="b")


def test_nobody_reviews_a_conversation_they_wrote_in(world):
    """A reviewer who helped in a conversation does not get it, even as the only one left."""
    at = MONDAY - timedelta(days=3)
    world.import_(*(conversation(100 + n, "h1", at=at, others=("h3", "h4")) for n in range(40)))
    result = world.draw(seed="s")
    assert result.unshared > 0
    shared = {each.conversation for each in result.assignments}
    assert not {f"demo:c{100 + n}" for n in range(40)} & shared


def test_one_notice_for_each_scorecard(world):
    """Every assignment leaves exactly one Notice for its reviewer."""
    world.draw()
    claimed = delivering.claim(world.store, now=MONDAY + timedelta(days=1), limit=100)
    tasks = world.tasks(world.rosa) + world.tasks(world.cleo)
    assert sorted(each.object_id for each in claimed) == sorted(tasks)
    assert {each.person_id for each in claimed} == {world.rosa.id, world.cleo.id}


def test_kinds_follow_roles(world):
    """A reviewer who is an agent of the team reviews as a peer, another as a manager."""
    world.draw()
    kinds = {
        person.name: {
            reviewing.open_card(world.store, person, task).assignment.kind for task in world.tasks(person)
        }
        for person in (world.rosa, world.cleo)
    }
    assert kinds == {"Rosa": {"manager"}, "Cleo": {"peer"}}


@pytest.mark.parametrize(
    ("team", "period", "error", "words"),
    [
        ("Suport", WEEK, NotFound, "Sales, Support"),
        ("Support", "2026-W50", Invalid, "not begun"),
        ("Support", "yesterday", Invalid, "2026-W47"),
        ("Support", "2026-W60", Invalid, "no week"),
    ],
)
def test_bad_input_gets_one_clear_sentence(world, team, period, error, words):
    """Unknown team, a future period, an unreadable one: said in one sentence, nothing drawn."""
    with pytest.raises(error, match=words):
        drawing.draw(world.store, team, period, now=MONDAY)


@pytest.mark.parametrize("seed", ["", "s" * 201, "two\nlines", "\udc80"])
def test_a_seed_that_cannot_be_stored_or_shown_is_refused(world, seed):
    """Whatever is typed as a seed is kept and printed again, so it is short and printable."""
    with pytest.raises(Invalid, match="seed"):
        world.draw(seed=seed)


def test_a_team_without_reviewers_says_so(world):
    """What is missing is named with its mend."""
    enrolling.import_people(
        world.store, "team,email,name,roles,slack_user_id,helpdesk_id\nEmpty,e@example.com,E,agent,,\n"
    )
    with pytest.raises(Invalid, match="no reviewers"):
        drawing.draw(world.store, "Empty", WEEK, now=MONDAY)


def test_an_empty_frame_is_not_saved(world):
    """A week without conversations draws nothing and can be drawn later."""
    result = drawing.draw(world.store, "Support", "2026-W40", now=MONDAY)
    assert (result.eligible, result.assignments, result.saved) == (0, (), False)


def test_what_falls_out_is_counted_by_reason(world):
    """Without a customer's or an agent's message, or with an agent nobody knows: counted, not drawn."""
    at = MONDAY - timedelta(days=3)
    silent, unanswered = conversation(200, "h1", at=at), conversation(201, "h1", at=at)
    silent["messages"] = [each for each in silent["messages"] if each["author"] == "agent"]
    unanswered["messages"] = [each for each in unanswered["messages"] if each["author"] == "customer"]
    world.import_(silent, unanswered, conversation(202, "h99", at=at))
    assert world.draw(dry_run=True).excluded == {
        "agent not matched to a person": 1,
        "no agent message": 1,
        "no customer message": 1,
    }


def test_a_period_ends_before_its_last_instant(world):
    """A conversation closed exactly at midnight belongs to the week that begins."""
    start, end = datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    world.import_(conversation(900, "h1", at=start), conversation(901, "h1", at=end))
    done = drawing.draw(world.store, "Support", "2026-W44", now=MONDAY)
    assert [each.conversation for each in done.assignments] == ["demo:c900"]


@pytest.mark.parametrize("who", ["ada", "rosa", "otto", "vera"])
def test_only_leads_draw(world, who):
    """Agents, reviewers, auditors and other teams may not draw."""
    with pytest.raises(NotAllowed):
        world.draw(actor=getattr(world, who))
    assert world.draw(actor=world.lea).saved
