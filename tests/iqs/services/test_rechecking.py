"""What was deleted in a helpdesk that does not tell is found by asking, and nothing else is ever purged."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, insert, select, text, update

from iqs.errors import Invalid, NotFound, Unavailable
from iqs.helpdesk.base import Event, Happening, Later, Stopped
from iqs.services import drawing, fetching, purging, rechecking, refreshing, reviewing, syncing
from iqs.services.rechecking import AGAIN, CEILING, DOUBT, EVERY, FRESH, PASSES, PERIOD, Doubtful, recheck
from iqs.storage import tables
from iqs.storage.repositories import conversations, oversight, people, sightings, syncs
from tests.iqs.helpdesk.desks import CLOSED, Desk, talk
from tests.world import MONDAY, WEEK, World, build

NOW = MONDAY
TICK = timedelta(seconds=1)
DUE = NOW + FRESH


def without_files(store):
    """Support without the conversations that came from a file."""
    build(store)
    with store.write() as tx:
        for table in (tables.Unsettled, tables.Transcript, tables.Conversation):
            tx.execute(table.__table__.delete())


@pytest.fixture
def world(store, furnish):
    furnish(store, without_files)
    return World(store)


class Counted(Desk):
    """A desk that tells with one call whether a conversation is there."""

    def __init__(self, *told):
        super().__init__(*told)
        self.looked = []

    def look_up(self, external_id):
        self.looked.append(external_id)
        self._fail()
        if external_id not in self.conversations:
            raise NotFound("gone")
        return self.conversations[external_id].opened_at


class Everything(Counted):
    """One that has whatever it is asked for."""

    def look_up(self, external_id):
        self.looked.append(external_id)


def connect(world, desk, *, at=NOW):
    """What the desk has is listed, drawn and fetched; (assignment, reviewer) ids by external id."""
    syncing.sync(world.store, desk, now=lambda: at)
    drawing.draw(world.store, "Support", WEEK, now=at, seed="s")
    fetching.fetch_due(world.store, {"desk": desk}, now=at)
    desk.fetched.clear()
    a = tables.Assignment
    with world.store.read() as tx:
        told = tx.execute(
            select(tables.Conversation.external_id, a.id, a.reviewer_id).join(
                tables.Conversation, tables.Conversation.id == a.conversation_id
            )
        )
        return {name: (task, reviewer) for name, task, reviewer in told}


def held(world):
    """Ids of the texts that are here."""
    c, t = tables.Conversation, tables.Transcript
    with world.store.read() as tx:
        return set(tx.scalars(select(c.external_id).join(t, t.conversation_id == c.id)))


def run(world, desk, start, until, *, every=EVERY):
    """Passes from `start` to `until`, as the clock makes them; what stopped one is told."""
    told, at = [], start
    while at < until:
        try:
            recheck(world.store, desk, now=at)
        except Unavailable as error:
            told.append(str(error))
        at += every
    return told


def standing(world):
    with world.store.read() as tx:
        return syncs.of(tx, "desk")


@pytest.mark.parametrize("kind", [Desk, Counted])
def test_a_text_that_is_gone_there_goes_here_and_its_score_stays(world, kind):
    """Nobody asks for it and no webhook tells: within the period its text is purged; the review is as it was."""
    desk = kind(*(talk(number) for number in range(3)))
    tasks = connect(world, desk)
    gone = min(tasks)
    task, reviewer_id = tasks[gone]
    with world.store.read() as tx:
        reviewer = people.by_id(tx, reviewer_id)
    world.rate_all(reviewer, task)
    card = reviewing.submit(world.store, reviewer, task, now=NOW)
    refreshing.taken(world.store)
    del desk.conversations[gone]
    assert run(world, desk, NOW, NOW + PERIOD, every=timedelta(hours=6)) == []
    assert held(world) == set(tasks) - {gone}
    assert refreshing.taken(world.store).reviews == (card.review_id,)
    with world.store.read() as tx:
        kept = tx.execute(select(tables.Review.score, tables.Review.state)).one()
        row = conversations.get(tx, conversations.by_key(tx, "desk", gone))
    assert kept == (100_000_000, "submitted")
    assert (row.messages, row.subject, row.customer, row.url) == ((), None, None, None)


def test_it_is_looked_for_twice_a_day_apart(world):
    """A mistake of an hour costs nothing: what is found again stays, and its count begins anew."""
    desk = Counted(talk(1), talk(2))
    connect(world, desk)
    kept = desk.conversations.pop("1")
    assert run(world, desk, DUE, DUE + 2 * EVERY) == []
    assert desk.looked.count("1") == 1
    assert run(world, desk, DUE + 2 * EVERY, DUE + AGAIN - EVERY, every=timedelta(hours=6)) == []
    assert (desk.looked.count("1"), len(held(world))) == (1, 2)
    desk.put(kept)
    run(world, desk, DUE + AGAIN, DUE + AGAIN + EVERY)
    with world.store.read() as tx:
        assert set(tx.scalars(select(tables.Sighting.missing_at))) == {None}
    del desk.conversations["1"]
    run(world, desk, DUE + AGAIN + FRESH, DUE + AGAIN + FRESH + 3 * EVERY)
    assert len(held(world)) == 2


def test_another_account_purges_nothing(world):
    """Its key finds none of ours, whatever of its own it finds: everything stays, and an admin can read why."""
    ours = Counted(*(talk(number) for number in range(3)))
    tasks = connect(world, ours)
    theirs = Counted(*(talk(number) for number in range(20, 24)))
    syncing.sync(world.store, theirs, now=lambda: NOW + timedelta(hours=1), since=CLOSED)
    with world.store.write() as tx:  # some of theirs were handed out and fetched since
        for number in (20, 21):
            conversation_id = conversations.by_key(tx, "desk", str(number))
            tx.execute(insert(tables.Transcript).values(conversation_id=conversation_id, messages=[]))
            sightings.saw(
                tx, conversation_id, now=NOW + timedelta(hours=2), ask_at=NOW + timedelta(hours=2) + FRESH
            )
    told = run(world, theirs, NOW, NOW + 2 * PERIOD, every=timedelta(hours=6))
    assert set(told) == {DOUBT}
    assert held(world) == {*tasks, "20", "21"}
    assert "20" in theirs.looked  # theirs answered, and was no witness for ours


def test_a_doubt_is_told_to_admins_until_something_is_found(world):
    """It stands in the helpdesk's line, and goes with the right key."""
    desk = Counted(talk(1), talk(2))
    connect(world, desk)
    right, desk.conversations = desk.conversations, {}
    with pytest.raises(Doubtful, match="another account"):
        recheck(world.store, desk, now=DUE)
    with world.store.read() as tx:
        (state,) = oversight.helpdesks(tx, DUE)
    assert state.doubt == DOUBT
    assert recheck(world.store, desk, now=DUE + timedelta(minutes=59)) == rechecking.Rechecked()
    desk.conversations = right
    assert recheck(world.store, desk, now=DUE + timedelta(hours=1)).found == 1
    assert standing(world).doubt is None


def test_a_doubt_goes_with_the_texts_it_was_about(world):
    """Their webhook told of them meanwhile."""
    desk = Counted(talk(1))
    connect(world, desk)
    desk.conversations = {}
    assert run(world, desk, DUE, DUE + EVERY) == [DOUBT]
    purging.purge(world.store, "desk", "1", now=DUE)
    recheck(world.store, desk, now=DUE + timedelta(hours=2))
    assert standing(world).doubt is None


def test_the_same_number_in_another_account_is_another_conversation(world):
    """Its opening tells: it is no witness, and it does not count as ours either."""
    ours = Counted(talk(1), talk(2))
    connect(world, ours)
    other = CLOSED - timedelta(days=300)
    theirs = Counted(talk(2, opened_at=other))
    assert set(run(world, theirs, NOW, NOW + PERIOD, every=timedelta(hours=6))) == {DOUBT}
    assert held(world) == {"1", "2"}
    with world.store.read() as tx:
        assert set(tx.scalars(select(tables.Sighting.seen_at))) == {NOW}


def test_a_header_is_a_witness_for_the_only_text(world):
    """What was listed with it is asked for, so that the first text of an account can go too."""
    desk = Counted(talk(1), talk(2, agent="h77"))  # nobody here: never drawn
    connect(world, desk)
    assert held(world) == {"1"}
    del desk.conversations["1"]
    assert run(world, desk, DUE, NOW + PERIOD, every=timedelta(hours=6)) == []
    assert held(world) == set()


def test_the_only_conversation_that_was_ever_known_stays(world):
    """Nothing can say whether it is gone or the account is another one, so its text stays and it is told."""
    desk = Counted(talk(1))
    connect(world, desk)
    desk.conversations = {}
    assert set(run(world, desk, NOW, NOW + PERIOD, every=timedelta(hours=6))) == {DOUBT}
    assert held(world) == {"1"}


def test_what_was_kept_by_a_rule_of_age_is_found(world):
    """A helpdesk that deletes everything older than a day leaves witnesses: what is newer answers."""
    desk = Counted(*(talk(number) for number in range(1, 4)))
    connect(world, desk)
    for number in ("1", "2"):
        del desk.conversations[number]
    run(world, desk, NOW, NOW + PERIOD, every=timedelta(hours=6))
    assert held(world) == {"3"}


def test_a_helpdesk_that_is_out_costs_only_time(world):
    """Out, refused or limited: it rests as long as is wise, and everything is asked for afterwards."""
    desk = Counted(talk(1), talk(2))
    connect(world, desk)
    at = DUE
    for error, rest in (
        (Unavailable("out"), timedelta(minutes=30)),
        (Invalid("refused"), timedelta(hours=1)),
        (Later("wait", 7200), timedelta(hours=2)),
    ):
        desk.fails = [error]
        with pytest.raises(type(error)):
            recheck(world.store, desk, now=at)
        asked = len(desk.looked)
        recheck(world.store, desk, now=at + rest - timedelta(seconds=1))
        assert len(desk.looked) == asked
        at += max(rest, AGAIN / 2)
    del desk.conversations["1"]
    run(world, desk, at, at + PERIOD, every=timedelta(hours=6))
    assert held(world) == {"2"}


def test_a_list_that_always_fails_keeps_no_text(world):
    """A plan that refuses its surveys lets every sync end early; whether a text is there is asked all the same."""
    desk = Counted(talk(1))
    connect(world, desk)
    desk.fails = [Invalid("no surveys on this plan")]
    with pytest.raises(Invalid):
        syncing.sync(world.store, desk, now=lambda: DUE)
    assert recheck(world.store, desk, now=DUE).found == 1


def test_a_process_that_stops_keeps_its_lease_for_a_while_only(world):
    """Nothing was learned of the text in hand, so that it is asked for again soon."""
    desk = Counted(talk(1))
    connect(world, desk)
    desk.fails = [Stopped("stop")]
    with pytest.raises(Stopped):
        recheck(world.store, desk, now=DUE)
    assert recheck(world.store, desk, now=DUE + AGAIN).found == 1


def test_the_pace_follows_the_number_that_is_held(world, monkeypatch):
    """One a pass up to what one a pass can do in a spread, and never more than the ceiling."""
    monkeypatch.setattr(rechecking, "PASSES", 20)
    desk = Everything()
    world.store.transact(lambda tx: syncs.claim(tx, "desk", "t", now=NOW, lease=EVERY, impatient=False))
    for many, asked in ((20, 1), (21, 2), (CEILING * 20 + 100, CEILING)):
        fill(world, many)
        desk.looked.clear()
        assert recheck(world.store, desk, now=DUE + many * EVERY).found == len(desk.looked) == asked
    assert timedelta(0) < PASSES * EVERY <= timedelta(days=2)
    assert timedelta(days=7) == PERIOD


def test_all_that_come_due_together_are_asked_for_in_a_spread(world):
    """One a pass, in the order in which they wait, each once."""
    desk = Everything()
    world.store.transact(lambda tx: syncs.claim(tx, "desk", "t", now=NOW, lease=EVERY, impatient=False))
    fill(world, 40)
    run(world, desk, DUE, DUE + 40 * EVERY)
    assert len(desk.looked) == len(set(desk.looked)) == 40


def test_a_clock_that_was_set_back_delays_nothing(world):
    """What was put off into the far future is due now."""
    desk = Counted(talk(1))
    connect(world, desk, at=NOW + timedelta(days=30))
    assert recheck(world.store, desk, now=NOW + timedelta(days=33)).found == 1
    assert recheck(world.store, desk, now=NOW + timedelta(days=5)).found == 1


def test_two_processes_ask_for_different_texts_or_not_at_all(world):
    """A pass is one process's, and a text is taken before it is asked for."""
    desk = Counted(talk(1), talk(2))
    connect(world, desk)

    class Nosy(Counted):
        def look_up(self, external_id):
            recheck(world.store, desk, now=DUE)
            return super().look_up(external_id)

    recheck(world.store, Nosy(talk(1), talk(2)), now=DUE)
    assert desk.looked == []
    with world.store.write() as tx:
        (first, *_) = sightings.due(tx, "desk", now=DUE, limit=9)
        assert sightings.take(tx, first.conversation_id, now=DUE, until=DUE + AGAIN)
        assert not sightings.take(tx, first.conversation_id, now=DUE, until=DUE + AGAIN)


def test_a_text_from_a_file_is_never_asked_for(world):
    """Its helpdesk never gave it to us, so that it is not there proves nothing."""
    desk = Counted(talk(1), talk(2))
    connect(world, desk)
    record = {
        "id": "7", "source": "desk", "channel": "email", "closed_at": CLOSED.isoformat(), "agent": {"id": "h1"},
        "messages": [{"author": "customer", "text": "Hello"}],
    }  # fmt: skip
    world.import_(record)
    run(world, desk, NOW, NOW + PERIOD, every=timedelta(hours=6))
    assert "7" in held(world)
    assert "7" not in desk.looked


def test_a_fetch_counts_as_a_look(world):
    """A text that somebody's webhook brought again is not asked for soon."""
    desk = Counted(talk(1))
    connect(world, desk)
    fetching.announced(world.store, "desk", [Event(Happening.RATED, "1")], now=DUE)
    fetching.fetch_due(world.store, {"desk": desk}, now=DUE)
    recheck(world.store, desk, now=DUE)
    assert desk.looked == []


def test_the_queries_read_an_index_of_texts_alone(world):
    """However many conversations there are: what is due, the number held and the witnesses are found by index."""
    connect(world, Counted(talk(1), talk(2)))
    fill(world, 3_000, texts=20)
    with world.store.write() as tx:
        tx.execute(text("ANALYZE"))
    plans = []

    def explain(connection, cursor, statement, parameters, _context, _many):
        how = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
        if statement.startswith("SELECT"):
            other = connection.connection.cursor()
            other.execute(how + statement, parameters)
            plans.append("\n".join(str(row) for row in other.fetchall()))

    with world.store.read() as tx:
        event.listen(world.store.engine, "before_cursor_execute", explain)
        sightings.due(tx, "desk", now=NOW, limit=CEILING)
        sightings.held(tx, "desk", limit=CEILING * PASSES)
        assert sightings.witnesses(tx, "desk", "1")
        event.remove(world.store.engine, "before_cursor_execute", explain)
    assert len(plans) == 6
    for plan in plans:
        assert not re.search(r"Seq Scan on conversation|SCAN conversation(?! USING)", plan)


def fill(world, count, *, texts=None):
    """So many conversations, the first ones (else all) with texts, which are the only ones; all due since long ago."""
    long_ago = DUE - timedelta(days=9)
    told = {
        "source": "desk",
        "channel": "email",
        "participants": [],
        "tags": [],
        "fingerprint": "f",
        "opened_at": long_ago,
    }
    seen = {"source": "desk", "first_at": long_ago, "seen_at": long_ago}
    c, t, s = tables.Conversation, tables.Transcript, tables.Sighting
    with world.store.write() as tx:
        first = (tx.scalar(select(func.max(c.id))) or 0) + 1
        ids = range(first, first + count)
        held = ids[:texts]
        tx.execute(update(s).values(source="other"))
        for table, rows in (
            (c, [{"id": each, "external_id": f"x{each}", "imported_at": long_ago, **told} for each in ids]),
            (t, [{"conversation_id": each, "messages": []} for each in held]),
            (s, [{"conversation_id": each, "ask_at": long_ago + each * TICK, **seen} for each in held]),
        ):
            tx.execute(insert(table), rows)
