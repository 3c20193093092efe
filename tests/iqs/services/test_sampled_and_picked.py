"""Chance and choice may come to the same conversation: chance is not moved, and nobody reads it twice for nothing."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from blocks import scorecard
from iqs import streams
from iqs.assignments import AssignmentState, SkipReason
from iqs.errors import Conflict
from iqs.people import AfterDeadline, QuotaOf
from iqs.services import (
    assigning,
    closing,
    configuring,
    drawing,
    enrolling,
    handing,
    redrawing,
    reviewing,
    selfing,
    verifying,
)
from iqs.storage import tables
from iqs.storage.repositories import draws, events
from tests.world import MONDAY, WEEK, World, build, conversation

A = tables.Assignment
LATER = MONDAY + timedelta(hours=1)
AT = MONDAY - timedelta(days=4)


def unhappy(number, agent):
    return {**conversation(number, agent, at=AT), "csat": {"value": 1, "min": 1, "max": 5}}


def rows(store, **wanted):
    with store.read() as tx:
        found = tx.execute(select(*A.__table__.c).order_by(A.id)).all()
    return [row for row in found if all(getattr(row, name) == value for name, value in wanted.items())]


def person(world, number):
    return next(each for each in (world.rosa, world.cleo, world.lea) if each.id == number)


def skip_until(world, conversation_id):
    """Skips Ada's conversations until the order comes to this one; the assignment it became, None if it never did."""
    for _ in range(60):
        found = rows(world.store, conversation_id=conversation_id, stream="random", state="open")
        if found:
            return found[0]
        [task, *_] = rows(world.store, reviewee_id=world.ada.id, stream="random", state="open")
        reviewing.skip(world.store, person(world, task.reviewer_id), task.id, SkipReason.OTHER, now=LATER)
    return None


def coach(store):
    build(store).import_(*(unhappy(100 + n, "h1") for n in range(4)))
    configuring.configure(store, None, "Support", targets=streams.read("csat<=40"), quota=1, now=MONDAY)
    drawing.draw(store, "Support", WEEK, now=MONDAY, seed="s")


@pytest.fixture
def coached(store, furnish):
    """Support with one sampled and some of Ada's unhappy conversations picked for coaching."""
    furnish(store, coach)
    return World(store)


def test_replacements_come_in_an_order_that_choice_does_not_move(world):
    """With and without conversations picked for coaching, the same ones follow in the same order."""
    world.import_(*(unhappy(100 + n, "h1") for n in range(6)))
    world.draw(seed="s")

    def following():
        with world.store.read() as tx:
            draw_id = tx.scalar(select(tables.Draw.id))
        found = []
        with world.store.write() as tx:
            attempt = tx.begin_nested()
            while (each := assigning.next_candidate(tx, draw_id, world.ada.id)) is not None:
                found.append(each.key)
            attempt.rollback()
        return found

    before = following()
    assert len(before) == 11  # of 14, three were drawn
    for key in before[:2]:
        handing.hand_over(world.store, world.lea, key, now=MONDAY, reviewer_name="Rosa")
    assert following() == before


def test_what_is_picked_and_not_begun_gives_way_to_chance(coached):
    """Its scorecard is withdrawn and says why, the other one counts; the draw's own record and check agree."""
    store = coached.store
    picked = rows(store, stream="targeted")[0]
    drawn = skip_until(coached, picked.conversation_id)
    [old] = rows(store, id=picked.id)
    assert (old.state, old.skip_reason, old.draw_id) == ("cancelled", "drawn at random as well", None)
    assert (drawn.stream, drawn.draw_id) == ("random", picked.draw_id)
    assert [each.state for each in rows(store, conversation_id=picked.conversation_id)].count("open") == 1
    shown = scorecard.message(reviewing.card_of_notice(store, old.id), now=LATER)
    assert "Drawn at random as well" in str(shown)
    assert old.id in closing.newly_ended(store, now=LATER + timedelta(minutes=1))
    with store.read() as tx:
        assert [each.what for each in events.of(tx, old.id)] == ["handed", "cancelled"]
        assert not tx.scalars(
            select(tables.Notice.id).where(
                tables.Notice.key == f"scorecard:{old.id}", tables.Notice.state == "pending"
            )
        ).all()
    assert verifying.verify(store, f"Support {WEEK}").holds


def test_what_is_begun_stays_and_chance_goes_to_somebody_else(coached):
    """Both are reviewed, by two people: neither work nor sample is lost."""
    store = coached.store
    picked = rows(store, stream="targeted")[0]
    coached.rate_all(person(coached, picked.reviewer_id), picked.id, now=LATER)
    drawn = skip_until(coached, picked.conversation_id)
    assert rows(store, id=picked.id)[0].state == "open"
    assert drawn.reviewer_id != picked.reviewer_id


def test_where_there_is_only_one_reviewer_they_get_it_once(coached):
    """What waits for coaching gives way in their own list; what they have reviewed they do not get again."""
    store = coached.store
    enrolling.import_people(store, "team,email,name,roles\nSupport,cleo@example.com,Cleo,agent\n", now=MONDAY)
    with store.write() as tx:
        tx.execute(update(A).where(A.reviewer_id == coached.cleo.id).values(reviewer_id=coached.rosa.id))
    done, waiting = rows(store, stream="targeted")[:2]
    coached.rate_all(coached.rosa, done.id, now=LATER)
    reviewing.submit(store, coached.rosa, done.id, now=LATER)
    drawn = skip_until(coached, waiting.conversation_id)
    if drawn is None:  # the order came to the reviewed one last
        pytest.fail("the waiting one was never drawn")
    assert drawn.reviewer_id == coached.rosa.id
    assert len(rows(store, conversation_id=waiting.conversation_id, state="open")) == 1
    assert rows(store, conversation_id=done.conversation_id, stream="random") == []


def test_the_draw_itself_prefers_who_has_not_read_it(world):
    """Of conversations that Rosa was given for coaching, the draw gives Cleo all that she may review."""
    for number in range(16):  # Ada's and Ben's
        handing.hand_over(world.store, world.lea, f"demo:c{number}", now=MONDAY, reviewer_name="Rosa")
    done = world.draw(seed="s")
    assert {each.reviewer for each in done.assignments if each.reviewee != "Cleo"} == {"Cleo"}
    assert {each.reviewer for each in done.assignments if each.reviewee == "Cleo"} == {"Rosa"}
    gone = rows(world.store, stream="targeted", state="cancelled")
    assert {each.conversation_id for each in gone} <= {
        each.conversation_id for each in rows(world.store, stream="random")
    }
    assert len(gone) == 6


def test_asking_for_the_next_counts_what_was_picked_too(coached):
    """The sample grows by one for each that `/iqs review` hands out, picked for coaching or not."""
    store = coached.store
    asked = 0
    for _ in range(handing.MOST_ASKED):
        handing.take_next(store, coached.rosa, now=LATER)
        asked += 1
    with store.read() as tx:
        draw_id = tx.scalar(select(tables.Draw.id))
        counted = sum(drawn for _, drawn in draws.strata(tx, draw_id).values())
    assert counted == 3 + asked
    assert verifying.verify(store, f"Support {WEEK}").holds


def test_drawing_anew_takes_everything_back_and_picks_again(world):
    """Sample, coaching, second readings, own views: all end with their messages, and may be picked again."""
    world.import_(*(unhappy(100 + n, "h1") for n in range(3)))
    configuring.configure(
        world.store, None, "Support", targets=streams.read("csat<=40"), double_percent=100,
        self_reviews=True, quota=1, now=MONDAY,
    )  # fmt: skip
    drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed="s")
    selfing.keep_up(world.store, now=MONDAY)
    old = rows(world.store)
    assert {(each.stream, each.kind == "self") for each in old} == {
        ("random", False), ("targeted", False), ("double", False), ("random", True),
    }  # fmt: skip
    redrawing.redraw(world.store, "Support", WEEK, now=LATER, seed="t")
    assert {each.state for each in rows(world.store) if each.id <= old[-1].id} == {AssignmentState.CANCELLED}
    with world.store.read() as tx:
        waiting = tx.scalars(
            select(tables.Notice.object_id).where(
                tables.Notice.kind == "scorecard", tables.Notice.state == "pending"
            )
        ).all()
    assert set(waiting) == {each.id for each in rows(world.store, state="open")}
    anew = {each.conversation_id for each in rows(world.store, stream="targeted", state="open")}
    sampled = {each.conversation_id for each in rows(world.store, stream="random", state="open")}
    bad = {each.conversation_id for each in old if each.stream == "targeted"}
    assert bad <= anew | sampled
    for attempt in ("1", "2"):
        assert verifying.verify(world.store, attempt).holds


@pytest.mark.parametrize("stream", ["targeted", "double", "self"])
def test_one_click_beside_the_sample_keeps_the_draw_too(world, stream):
    """Who has begun a conversation for coaching, a second reading or their own view is not robbed of it."""
    world.import_(*(unhappy(100 + n, "h1") for n in range(3)))
    configuring.configure(
        world.store, None, "Support", targets=streams.read("csat<=40"), double_percent=100,
        self_reviews=True, quota=1, now=MONDAY,
    )  # fmt: skip
    drawing.draw(world.store, "Support", WEEK, now=MONDAY, seed="s")
    selfing.keep_up(world.store, now=MONDAY)
    found = rows(world.store, kind="self") if stream == "self" else rows(world.store, stream=stream)
    who = {each.id: each for each in (world.ada, world.ben, world.cleo, world.rosa)}[found[0].reviewer_id]
    reviewing.rate(world.store, who, found[0].id, "solution", 2, now=MONDAY)
    with pytest.raises(Conflict, match="1 review was begun"):
        redrawing.redraw(world.store, "Support", WEEK, now=LATER)
    assert {each.state for each in rows(world.store)} == {"open"}


def test_two_teams_of_one_agent_draw_for_themselves(world):
    """Neither sample is moved by the other; a reviewer of both gets no conversation twice while others can take it."""
    store = world.store
    enrolling.import_people(
        store,
        "team,email,name,roles\nSales,ada@example.com,Ada,agent\nSales,rosa@example.com,Rosa,reviewer\n",
        now=MONDAY,
    )
    for team in ("Support", "Sales"):
        configuring.configure(store, None, team, quota=8, now=MONDAY)
    first = drawing.draw(store, "Support", WEEK, now=MONDAY, seed="s")
    second = drawing.draw(store, "Sales", WEEK, now=MONDAY, seed="s")
    had = {each.conversation for each in first.assignments if each.reviewer == "Rosa"}
    ours = [each for each in second.assignments if each.reviewee == "Ada"]
    assert len(ours) == 8  # all there are, though Support drew them all
    assert {each.reviewer for each in ours if each.conversation in had} == {"Vera"}
    assert verifying.verify(store, "1").holds
    assert verifying.verify(store, "2").holds


def test_more_reviewers_than_conversations_by_reviewers_quotas(world):
    """Everything there is goes out once, one each as far as it goes, and nobody is missing without a word."""
    people = "".join(f"Support,r{n}@example.com,R{n},reviewer\n" for n in range(30))
    enrolling.import_people(world.store, f"team,email,name,roles\n{people}", now=MONDAY)
    configuring.configure(world.store, None, "Support", quota=5, quota_of=QuotaOf.REVIEWER, now=MONDAY)
    done = world.draw(seed="s")
    assert (len(done.assignments), done.unshared) == (24, 0)
    assert max(Counter(each.reviewer for each in done.assignments).values()) == 1


def test_what_is_taken_back_after_the_deadline_stays(world):
    """A review submitted in time and taken back when the rest has expired is the reviewer's still, and late."""
    configuring.configure(
        world.store, None, "Support", after_deadline=AfterDeadline.EXPIRE, due_days=7, now=MONDAY
    )
    world.draw(seed="s")
    task = world.tasks(world.rosa)[0]
    due = reviewing.card_of_notice(world.store, task).assignment.due_at
    world.rate_all(world.rosa, task, now=due - timedelta(minutes=2))
    reviewing.submit(world.store, world.rosa, task, now=due - timedelta(minutes=1))
    assert closing.tick(world.store, now=due - timedelta(microseconds=1)).expired == 0
    assert closing.tick(world.store, now=due).expired == 8  # at the very instant
    reviewing.undo(world.store, world.rosa, task, now=due + timedelta(minutes=5))
    assert closing.tick(world.store, now=due + timedelta(minutes=6)).expired == 0
    again = reviewing.submit(world.store, world.rosa, task, now=due + timedelta(minutes=7))
    assert again.assignment.state is AssignmentState.SUBMITTED
