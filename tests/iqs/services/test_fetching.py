"""Texts of what was drawn or opened: fetched, kept as they were read, purged when they are gone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from iqs.assignments import AssignmentState
from iqs.errors import Invalid, NotFound, Unavailable
from iqs.helpdesk.base import Event, Happening, Later
from iqs.notices import NoticeState, scorecard_key
from iqs.services import drawing, refreshing, reviewing, syncing
from iqs.services.fetching import PAUSES, announced, fetch_due, fetch_now
from iqs.services.purging import purge
from iqs.storage import tables
from iqs.storage.repositories import assignments, audit, conversations, notices, people
from tests.iqs.helpdesk.desks import CLOSED, Desk, talk
from tests.world import MONDAY, WEEK, build

NOW = MONDAY


@pytest.fixture
def world(store):
    """Support with headers of three conversations of Ada's beside what was imported."""
    made = build(store)
    with store.write() as tx:
        for table in (tables.Unsettled, tables.Transcript, tables.Conversation):
            tx.execute(table.__table__.delete())
    return made


def drawn(world, desk):
    """Syncs and draws; (assignment, conversation, reviewer) ids."""
    syncing.sync(world.store, desk, now=lambda: NOW)
    drawing.draw(world.store, "Support", WEEK, now=NOW, seed="s")
    a = tables.Assignment
    with world.store.read() as tx:
        return tx.execute(select(a.id, a.conversation_id, a.reviewer_id).order_by(a.id)).all()


def requests(world):
    with world.store.read() as tx:
        return tx.execute(select(tables.FetchRequest.external_id, tables.FetchRequest.attempts)).all()


def shown(world, conversation_id):
    with world.store.read() as tx:
        return conversations.get(tx, conversation_id)


def fetch(world, desk, at=NOW, **options):
    return fetch_due(world.store, {"desk": desk}, now=at, **options)


def test_a_draw_asks_for_its_texts_and_gives_them_a_head_start(world):
    """What was drawn is fetched, nothing else; its scorecard leaves two minutes later at the earliest."""
    desk = Desk(*(talk(number) for number in range(5)))
    tasks = drawn(world, desk)
    assert len(tasks) == len(requests(world)) == 3
    with world.store.read() as tx:
        assert notices.by_key(tx, scorecard_key(tasks[0].id)).not_before == NOW + timedelta(minutes=2)
    done = fetch(world, desk)
    assert done.fetched == 3
    assert refreshing.taken(world.store).assignments == tuple(each.id for each in tasks)
    assert requests(world) == []
    assert all(len(shown(world, each.conversation_id).messages) == 2 for each in tasks)
    assert len(desk.fetched) == 3


def test_a_text_that_was_handed_out_stays_as_it_was_read(world):
    """An edit upstream changes the header, never the snapshot; nor does a second fetch."""
    desk = Desk(talk(1))
    ((_, conversation_id, _),) = drawn(world, desk)
    fetch(world, desk)
    before = shown(world, conversation_id).messages
    edited = talk(1, subject="New", others=("h9",), updated_at=CLOSED + timedelta(days=3))
    desk.put(edited)
    syncing.sync(world.store, desk, now=lambda: NOW + timedelta(hours=1), since=CLOSED)
    announced(world.store, "desk", [Event(Happening.RATED, "1")], now=NOW)
    fetch(world, desk)
    after = shown(world, conversation_id)
    assert (after.messages, after.subject) == (before, "New")
    assert "h9" in after.participants


def test_whoever_took_part_hands_it_on(world):
    """The text shows that its reviewer wrote a note: the work goes to another, and nobody rates their own."""
    desk = Desk(*(talk(number, others=("h3", "h4")) for number in range(3)))
    tasks = drawn(world, desk)
    fetch(world, desk)
    a = tables.Assignment
    with world.store.read() as tx:
        left = tx.execute(
            select(a.conversation_id, a.reviewer_id, a.state, a.skip_reason).order_by(a.id)
        ).all()
        for each in left:
            took_part = conversations.participants(tx, each.conversation_id)
            assert each.state != AssignmentState.OPEN or each.reviewer_id not in took_part
    assert {each.state for each in left} <= {"cancelled", "skipped"}
    assert len({each.conversation_id for each in left}) == len(tasks)


def test_another_reviewer_gets_what_one_took_part_in(world):
    """Cleo wrote in it, so Rosa reviews it."""
    desk = Desk(*(talk(number, others=("h3",)) for number in range(3)))
    drawn(world, desk)
    fetch(world, desk)
    a = tables.Assignment
    with world.store.read() as tx:
        open_now = tx.execute(select(a.reviewer_id).where(a.state == "open")).scalars().all()
        rosa = people.by_slack_id(tx, "U4")
    assert open_now == [rosa.id] * 3


def test_a_webhook_brings_the_header_alone(world):
    """Nobody reviews it, so its text is not ours to keep; told twice, it is asked for once."""
    desk = Desk(talk(1))
    for _ in range(3):
        announced(world.store, "desk", [Event(Happening.CLOSED, "1")], now=NOW)
    assert requests(world) == [("1", 0)]
    assert fetch(world, desk).fetched == 1
    with world.store.read() as tx:
        known = conversations.by_key(tx, "desk", "1")
        assert tx.execute(select(func.count()).select_from(tables.Transcript)).scalar_one() == 0
    assert (shown(world, known).subject, shown(world, known).messages) == ("Subject 1", ())
    announced(world.store, "desk", [Event(Happening.CLOSED, "2")], now=NOW)
    desk.put(talk(2, closed_at=None))
    fetch(world, desk)
    with world.store.read() as tx:
        assert conversations.by_key(tx, "desk", "2") is None  # it is open again


def test_a_helpdesk_that_is_out_costs_time_only(world):
    """The requests wait longer each time, the others of that helpdesk too, and come in the end."""
    desk = Desk(talk(1), talk(2))
    drawn(world, desk)
    at = NOW
    for minutes in PAUSES[:3]:
        desk.fails = [Unavailable("out")]
        assert (fetch(world, desk, at).postponed, len(desk.fails)) == (1, 0)
        at += timedelta(minutes=minutes)
    assert sum(each.attempts for each in requests(world)) == 3
    assert desk.fetched[0] != desk.fetched[1]
    for _ in range(2):
        at += timedelta(days=1)
        fetch(world, desk, at)
    assert requests(world) == []


def test_a_limit_rests_the_whole_helpdesk(world):
    """Later: none of its texts is asked for before that, and the attempt does not count."""
    desk = Desk(talk(1), talk(2))
    drawn(world, desk)
    desk.fails = [Later("wait", 600)]
    assert fetch(world, desk).postponed == 1
    assert len(desk.fetched) == 1
    assert fetch(world, desk, NOW + timedelta(seconds=599)).fetched == 0
    assert {each.attempts for each in requests(world)} == {0}
    assert fetch(world, desk, NOW + timedelta(seconds=600)).fetched == 2


def test_a_text_that_never_comes_is_given_up(world):
    """After the pauses and some days."""
    desk = Desk(talk(1))
    drawn(world, desk)
    at = NOW
    for _ in range(len(PAUSES) + 2):
        desk.fails = [Invalid("refused")]
        fetch(world, desk, at)
        at += timedelta(days=1)
    assert requests(world) == []


def test_opening_fetches_at_once_or_says_so_kindly(world):
    """Here: nothing to do. Missing: fetched. Out: a sentence, and it is asked for again by itself."""
    desk = Desk(talk(1))
    ((_, conversation_id, _),) = drawn(world, desk)
    desks = {"desk": desk}
    desk.fails = [Unavailable("secret details")]
    with pytest.raises(Unavailable, match="try again in a minute"):
        fetch_now(world.store, desks, conversation_id, now=NOW)
    assert requests(world) == [("1", 0)]
    with pytest.raises(Unavailable, match="not connected"):
        fetch_now(world.store, {}, conversation_id, now=NOW)
    assert fetch_now(world.store, desks, conversation_id, now=NOW).fetched == 1
    assert fetch_now(world.store, desks, conversation_id, now=NOW).fetched == 0


def test_what_is_gone_upstream_goes_here(world):
    """Text, subject and customer go, the open assignment ends, a draft that may quote it is emptied."""
    desk = Desk(talk(1), talk(2))
    (task, conversation_id, reviewer_id), _ = drawn(world, desk)
    fetch(world, desk)
    with world.store.read() as tx:
        reviewer = people.by_id(tx, reviewer_id)
        number = shown(world, conversation_id).external_id
    card = reviewing.open_card(world.store, reviewer, task)
    category = card.scorecard.categories[0]
    reviewing.rate(world.store, reviewer, task, category.key, category.scale.points, now=NOW)
    del desk.conversations[number]
    announced(world.store, "desk", [Event(Happening.DELETED, number)], now=NOW)
    refreshing.taken(world.store)
    assert fetch(world, desk).gone == 1
    assert refreshing.taken(world.store) == refreshing.Stale(assignments=(task,))
    after = shown(world, conversation_id)
    assert (after.messages, after.subject, after.customer, after.url) == ((), None, None, None)
    with world.store.read() as tx:
        row = assignments.get(tx, task)
        assert (row.state, row.skip_reason) == ("cancelled", "deleted in the helpdesk")
        assert notices.by_key(tx, scorecard_key(task)).state is NoticeState.CANCELLED
        assert tx.execute(select(func.count()).select_from(tables.Rating)).scalar_one() == 0
        assert audit.of(tx, "conversation", conversation_id)[0].action == "purge"
    with pytest.raises(NotFound, match="deleted"):
        fetch_now(world.store, {"desk": desk}, conversation_id, now=NOW)


def test_not_found_alone_deletes_nothing(world):
    """Nothing else is found either (another account's key), or it is there after all: it is tried again."""
    desk = Desk(talk(1), talk(2))
    ((_, conversation_id, _), _) = drawn(world, desk)
    kept, desk.conversations = desk.conversations, {}
    done = fetch(world, desk)
    assert (done.gone, done.postponed) == (0, 1)
    with pytest.raises(Unavailable, match="try again in a minute"):
        fetch_now(world.store, {"desk": desk}, conversation_id, now=NOW)
    desk.conversations = kept
    desk.fails = [NotFound("a part of it")]
    assert fetch(world, desk, NOW + timedelta(minutes=5)).gone == 0
    assert fetch(world, desk, NOW + timedelta(hours=1)).fetched
    assert shown(world, conversation_id).messages


def test_a_signed_word_needs_no_witness(world):
    """A webhook that said it was deleted is proof enough once it is not found; a later word of it is not."""
    desk = Desk(talk(1))
    ((_, conversation_id, _),) = drawn(world, desk)
    fetch(world, desk)
    desk.conversations = {}
    announced(world.store, "desk", [Event(Happening.RATED, "1")], now=NOW)
    assert (fetch(world, desk).gone, bool(shown(world, conversation_id).messages)) == (0, True)
    announced(world.store, "desk", [Event(Happening.DELETED, "1"), Event(Happening.CLOSED, "2")], now=NOW)
    assert (fetch(world, desk).gone, shown(world, conversation_id).messages) == (1, ())


def test_scores_outlive_what_they_are_about(world):
    """A submitted review keeps ratings, score and comment; its message is to be drawn again."""
    desk = Desk(talk(1))
    ((task, conversation_id, reviewer_id),) = drawn(world, desk)
    fetch(world, desk)
    with world.store.read() as tx:
        reviewer = people.by_id(tx, reviewer_id)
    world.rate_all(reviewer, task)
    card = reviewing.submit(world.store, reviewer, task, now=NOW)
    refreshing.taken(world.store)
    assert purge(world.store, "desk", "1", now=NOW)
    assert not purge(world.store, "desk", "1", now=NOW)
    assert refreshing.taken(world.store) == refreshing.Stale(reviews=(card.review_id,))
    with world.store.read() as tx:
        kept = tx.execute(select(tables.Review.score, tables.Review.state)).one()
    assert kept == (100_000_000, "submitted")
    assert shown(world, conversation_id).messages == ()
