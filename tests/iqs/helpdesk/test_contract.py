"""One suite for every connector: whatever goes wrong on the way, the database ends as after a clean run."""

import logging
import shutil
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import select, update

from iqs.errors import Invalid, NotFound, Unavailable
from iqs.files.scorecards import preset
from iqs.helpdesk.base import Dated, Presence, Roster
from iqs.services import drawing, enrolling, fetching, publishing, rechecking, reviewing, syncing
from iqs.storage import tables
from iqs.storage.repositories import fetches, people
from iqs.storage.store import Store
from tests.iqs.helpdesk import standin as on_the_way
from tests.iqs.helpdesk.standin import Answer, StandIn, running

VENDORS = [
    import_module(f"tests.iqs.helpdesk.vendors.{path.stem}").VENDOR
    for path in sorted((Path(__file__).parent / "vendors").glob("*.py"))
]
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
PEOPLE = """team,email,name,roles,slack_user_id,helpdesk_id
Support,ada@example.com,Ada,agent,U1,
Support,ben@example.com,Ben,agent,U2,
Support,cleo@example.com,Cleo,agent reviewer,U3,
Support,rosa@example.com,Rosa,reviewer,U4,
"""


class Clock:
    """Time that passes only by sleeping, and a little with each look."""

    def __init__(self):
        self.moment = MONDAY
        self.slept = []

    def now(self):
        return self.moment

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def desk(request, clock):
    """A running stand-in of each vendor."""
    with running(StandIn(request.param, clock.now)) as standin:
        yield standin


@pytest.fixture
def connected(desk, clock):
    """A new connector to the stand-in."""
    return lambda **settings: desk.vendor.connect(desk.base, sleep=clock.sleep, now=clock.now, **settings)


def prepared(path, template):
    """A team whose agents are the vendor's, and no conversation yet."""
    shutil.copyfile(template, path)
    store = Store(f"sqlite:///{path}")
    enrolling.import_people(store, PEOPLE)
    publishing.apply_scorecard(store, preset(), ["Support"], now=MONDAY)
    with store.write() as tx:
        tx.execute(update(tables.Team).values(quota=9))
    return store


@pytest.fixture(scope="session")
def template(migrated_file, tmp_path_factory):
    """A prepared database, to be copied."""
    path = tmp_path_factory.mktemp("contract") / "iqs.db"
    prepared(path, migrated_file).close()
    return path


@pytest.fixture
def empty(template, tmp_path):
    path = tmp_path / "iqs.db"
    shutil.copyfile(template, path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


def state(store):
    """All that a sync leaves behind, but numbers of rows and the moments of importing."""
    conversation, text, sync = tables.Conversation, tables.Transcript, tables.Sync
    headers = [
        column
        for column in conversation.__table__.c
        if column.name not in {"id", "imported_at", "fingerprint"}
    ]
    with store.read() as tx:
        conversations = tx.execute(
            select(*headers, text.messages, text.redactions)
            .outerjoin(text, text.conversation_id == conversation.id)
            .order_by(conversation.external_id)
        ).all()
        standing = tx.execute(select(sync.cursor, sync.window_until, sync.error, sync.lease_token)).all()
        assigned = tx.execute(
            select(conversation.external_id, tables.Assignment.reviewer_id, tables.Assignment.state)
            .join(conversation, conversation.id == tables.Assignment.conversation_id)
            .order_by(conversation.external_id, tables.Assignment.id)
        ).all()
    return conversations, standing, wanted(store), assigned


def wanted(store):
    with store.read() as tx:
        return tx.execute(select(tables.FetchRequest.external_id)).all()


def everything(store, helpdesk, clock, since):
    """A sync, a draw, and the texts of what was drawn; however often it has to begin again."""
    for _ in range(12):
        try:
            syncing.sync(store, helpdesk, now=clock.now, since=since, impatient=True)
            break
        except Unavailable:
            clock.sleep(300)
    drawing.draw(store, "Support", "2026-W46", now=clock.now(), seed="s")
    while wanted(store):
        fetching.fetch_due(store, {helpdesk.source: helpdesk}, now=clock.now())
        clock.moment += timedelta(minutes=5)
        assert clock.moment < MONDAY + timedelta(days=3)
    return state(store)


CLEAN = {}
"""How the database stands after a run without a fault, by vendor."""


@pytest.fixture
def clean(desk, connected, template, tmp_path, clock):
    """The same, made at the first need."""
    if desk.vendor.name not in CLEAN:
        path = tmp_path / "clean.db"
        shutil.copyfile(template, path)
        store = Store(f"sqlite:///{path}")
        CLEAN[desk.vendor.name] = everything(store, connected(), clock, desk.vendor.since)
        store.close()
        desk.requests.clear()
        desk.answers.clear()
        clock.moment = MONDAY
        clock.slept.clear()
    return CLEAN[desk.vendor.name]


def test_a_clean_run_reads_everything(desk, clean):
    """Every entry is a conversation of a person of the team, drawn ones have their text, nothing is left over."""
    conversations, sync, wanted, assigned = clean
    assert len(conversations) == len(desk.vendor.entries)
    assert all(each.reviewee_id for each in conversations)
    assert all(each.url and each.closed_at and each.updated_at for each in conversations)
    assert len(assigned) >= 6
    assert sum(each.messages is not None for each in conversations) == len({each[0] for each in assigned})
    assert all(
        {"customer", "agent"} <= {m["author"] for m in each.messages}
        for each in conversations
        if each.messages
    )
    assert sync == [(None, None, None, None)]
    assert wanted == []


def test_nobody_reviews_what_they_took_part_in(clean, empty):
    """Whoever wrote in a fetched text is found by their id in the helpdesk; the header alone did not tell."""
    conversations, _, _, assigned = clean
    with empty.read() as tx:
        ids = dict(tx.execute(select(tables.Person.email, tables.Person.id)).all())
    wrote = {
        each.external_id: {
            m.get("author_id") for m in each.messages or () if m["author"] in {"agent", "note"}
        }
        for each in conversations
    }
    cleo = next(
        each.agent_external_id for each in conversations if each.reviewee_id == ids["cleo@example.com"]
    )
    open_now = [each for each in assigned if each.state == "open"]
    assert open_now
    assert not [
        each
        for each in open_now
        if each.reviewer_id == ids["cleo@example.com"] and cleo in wrote[each.external_id]
    ]


FAULTS = {
    "429 in the vendor's dialect": on_the_way.throttle,
    "500": on_the_way.status(500),
    "502": on_the_way.status(502),
    "503": on_the_way.status(503),
    "hung up": on_the_way.hang_up,
    "cut": on_the_way.cut(97, honest=False),
    "cut by a proxy": on_the_way.cut(97, honest=True),
    "nothing": on_the_way.body(b""),
    "a page for people": on_the_way.body(b"<html>Login</html>"),
    "other JSON": on_the_way.body(b'{"error": "maintenance"}'),
    "a list": on_the_way.body(b"[]"),
    "null": on_the_way.body(b"null"),
}


@pytest.mark.parametrize("first", range(2))
def test_every_second_answer_is_broken(first, desk, connected, clean, empty, clock):
    """Each request is repeated until it is answered; the database is that of a clean run."""
    kinds = list(FAULTS.values())
    turned = kinds[first * 6 :] + kinds[: first * 6]
    desk.faults = [each for fault in turned * 20 for each in (fault, None)]
    assert everything(empty, connected(), clock, desk.vendor.since) == clean
    assert len(desk.faults) < 40 * len(kinds) - len(kinds)


def test_the_wait_is_as_long_as_the_helpdesk_says(desk, connected, clean, empty, clock):
    """A 429 is waited for by its own headers: about two seconds here, not a guess."""
    desk.faults = [on_the_way.throttle, None] * 3
    connected().list_closed(desk.vendor.since, desk.vendor.until)
    assert clock.slept
    assert all(1.0 <= seconds <= 4.0 for seconds in clock.slept)


@pytest.mark.parametrize("call", ["a page of the list", "a conversation"])
def test_a_reply_cut_anywhere_is_asked_for_again(call, desk, clock):
    """At every tenth byte of a page and of each of a conversation's replies, by the network or by a proxy."""
    desk.size = 1
    helpdesk = desk.vendor.connect(  # so patient that one reply may meet all of its cuts, one after the other
        desk.base, sleep=clock.slept.append, now=clock.now, attempts=10_000
    )
    first = helpdesk.list_closed(desk.vendor.since, desk.vendor.until)

    def ask():
        if call == "a conversation":
            return helpdesk.fetch(first.headers[0].external_id)
        return helpdesk.list_closed(desk.vendor.since, desk.vendor.until)

    desk.answers.clear()
    whole = ask()
    cuts = [
        [on_the_way.cut(offset, honest=offset % 20 == 0) for offset in range(0, len(each.body), 10)]
        for each in desk.answers
    ]
    desk.answers.clear()
    desk.faults = [fault for every_tenth in cuts for fault in (*every_tenth, None)]
    assert ask() == whole
    assert (desk.faults, len(desk.answers)) == ([], sum(len(each) + 1 for each in cuts))


def test_pages_overlap_and_come_in_any_order(desk, connected, clean, empty, clock):
    """What is told twice is stored once, whatever the order."""
    e = desk.vendor.entries
    desk.plan = [[e[4], e[5], e[0]], [e[0], e[1]], [], [e[1], e[1], e[2], e[6]], [e[3], e[4], e[6]]]
    assert everything(empty, connected(), clock, desk.vendor.since) == clean


@pytest.mark.parametrize("newer_first", [True, False])
def test_a_conversation_changes_between_two_pages(newer_first, desk, connected, clean, empty, clock):
    """Of two accounts of one conversation the newer one counts, whichever page brings it."""
    e = desk.vendor.entries
    old = [desk.vendor.older(each) for each in e]
    first, second = (e, old) if newer_first else (old, e)
    desk.plan = [first[:4], [*second[:2], *e[4:]], second[2:4]]
    assert everything(empty, connected(), clock, desk.vendor.since) == clean


def test_strange_entries_are_left_out_and_counted(desk, connected, clean, empty, clock):
    """An entry that makes no sense is counted; the others of its page are read."""
    strange = desk.vendor.strange()
    desk.plan = [[*strange, *desk.vendor.entries[:3]], desk.vendor.entries[3:]]
    done = syncing.sync(empty, connected(), now=clock.now, since=desk.vendor.since)
    assert (done.new, done.unread) == (len(desk.vendor.entries), len(strange))


def test_a_run_killed_at_any_page_goes_on_where_it_was(desk, connected, clean, empty, clock):
    """The cursor is saved with its page: the next run begins with the page after the last stored one."""
    pages = len(desk.pages)

    def killed(_page):
        raise KeyboardInterrupt

    for stored in range(pages):
        desk.requests.clear()
        with pytest.raises(KeyboardInterrupt):
            syncing.sync(
                empty, connected(), now=clock.now, since=desk.vendor.since, progress=killed, impatient=True
            )
        asked = [desk.vendor.page_of(each) for each in desk.requests]
        assert next(each for each in asked if each is not None) == stored
    assert everything(empty, connected(), clock, desk.vendor.since)[0] == clean[0]


def test_an_old_cursor_begins_the_window_again(desk, connected, clean, empty, clock):
    """A cursor that the helpdesk does not take any more costs the window, not the sync."""
    helpdesk = connected()

    def killed(_page):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        syncing.sync(empty, helpdesk, now=clock.now, since=desk.vendor.since, progress=killed)
    expired = on_the_way.status(400)
    desk.faults = [lambda s, r, a: expired(s, r, a) if desk.vendor.page_of(r) else a]
    assert everything(empty, helpdesk, clock, desk.vendor.since) == clean


def test_a_key_that_is_refused_is_said_in_a_sentence(desk, connected, empty, clock, caplog):
    """401 is told with the name of the setting, kept in sync.error, and not repeated."""
    caplog.set_level(logging.DEBUG)
    desk.always = on_the_way.status(401)
    with pytest.raises(Invalid, match=r"does not accept [A-Z_]+ "):
        syncing.sync(empty, connected(), now=clock.now, since=desk.vendor.since)
    assert len(desk.requests) <= 3
    assert "does not accept" in syncing.standings(empty)[0].error
    assert not syncing.due(empty, desk.vendor.name, now=clock.now())
    assert "token-of-nobody" not in caplog.text + syncing.standings(empty)[0].error


def test_a_helpdesk_that_is_down_costs_nothing_but_time(desk, connected, clean, empty, clock):
    """It is told in sync.error, the clock comes back, and the next run brings everything."""
    desk.always = on_the_way.status(503)
    with pytest.raises(Unavailable):
        syncing.sync(empty, connected(), now=clock.now, since=desk.vendor.since)
    standing = syncing.standings(empty)[0]
    assert (standing.lease_token, standing.error is None) == (None, False)
    desk.always = None
    assert everything(empty, connected(), clock, desk.vendor.since) == clean


def test_a_conversation_that_is_gone_is_not_found(desk, connected):
    """404 is NotFound, so that its text can be purged."""
    with pytest.raises(NotFound):
        connected().fetch("404404")
    with pytest.raises(NotFound):
        connected().look_up("404404")


def test_whether_it_is_there_costs_one_call(desk, connected):
    """And tells when it was opened, as the list did: numbers are given in every account."""
    helpdesk = connected()
    page = helpdesk.list_closed(desk.vendor.since, desk.vendor.until)
    desk.requests.clear()
    assert isinstance(helpdesk, Presence)
    assert helpdesk.look_up(page.headers[0].external_id) == page.headers[0].opened_at is not None
    assert len(desk.requests) == 1


def test_a_page_for_people_purges_nothing(desk, connected, clean, empty, clock):
    """A 404 by whatever stands before the helpdesk is no deletion: the texts are wanted still, and come later."""
    syncing.sync(empty, connected(), now=clock.now, since=desk.vendor.since)
    drawing.draw(empty, "Support", "2026-W46", now=clock.now(), seed="s")
    desk.always = on_the_way.status(404)
    done = fetching.fetch_due(empty, {desk.vendor.name: connected()}, now=clock.now())
    assert (done.fetched, done.gone) == (0, 0)
    assert wanted(empty)
    desk.always = None
    clock.moment += timedelta(minutes=5)
    assert fetching.fetch_due(empty, {desk.vendor.name: connected()}, now=clock.now()).fetched


def rechecked(store, helpdesk, clock, *, every):
    """A period of passes; what stopped one is told."""
    told = []
    for _ in range(rechecking.PERIOD // every):
        clock.moment += every
        try:
            rechecking.recheck(store, helpdesk, now=clock.now())
        except Unavailable as error:
            told.append(str(error))
    return told


def texts(conversations):
    return {each.external_id for each in conversations if each.messages is not None}


def test_what_was_deleted_is_found_by_polling_alone(desk, connected, clean, empty, clock, monkeypatch):
    """No webhook, no list of deletions: within a week its text is purged, its review is as it was."""
    everything(empty, connected(), clock, desk.vendor.since)
    gone = min(texts(clean[0]))
    with empty.read() as tx:
        task, reviewer_id = tx.execute(
            select(tables.Assignment.id, tables.Assignment.reviewer_id)
            .join(tables.Conversation, tables.Conversation.id == tables.Assignment.conversation_id)
            .where(tables.Conversation.external_id == gone, tables.Assignment.state == "open")
        ).one()
        reviewer = people.by_id(tx, reviewer_id)
    for category in reviewing.open_card(empty, reviewer, task).scorecard.categories:
        reviewing.rate(empty, reviewer, task, category.key, category.scale.points, now=clock.now())
    reviewing.submit(empty, reviewer, task, now=clock.now())
    left = [each for each in desk.vendor.entries if str(each["id"]) != gone]
    monkeypatch.setattr(desk.vendor, "entries", left)
    assert rechecked(empty, connected(), clock, every=timedelta(hours=8)) == []
    assert texts(state(empty)[0]) == texts(clean[0]) - {gone}
    with empty.read() as tx:
        assert tx.execute(select(tables.Review.score, tables.Review.state)).all() == [
            (100_000_000, "submitted")
        ]


def test_a_key_of_another_account_purges_nothing(desk, connected, clean, empty, clock, monkeypatch):
    """None of ours is there, and in its own way the helpdesk says so: our texts stay, and it is told why."""
    before = everything(empty, connected(), clock, desk.vendor.since)
    monkeypatch.setattr(desk.vendor, "entries", [])
    helpdesk = connected()
    assert set(rechecked(empty, helpdesk, clock, every=timedelta(days=1))) == {rechecking.DOUBT}
    assert syncing.standings(empty)[0].doubt == rechecking.DOUBT
    with empty.write() as tx:
        fetches.want(tx, desk.vendor.name, texts(before[0]), now=clock.now())
    fetched = fetching.fetch_due(empty, {desk.vendor.name: helpdesk}, now=clock.now())
    assert (fetched.gone, fetched.postponed) == (0, 1)
    assert state(empty)[0] == before[0]


def test_the_helpdesks_own_time_is_heard(desk, connected):
    """So that a window ends before it, whatever our clock says."""
    helpdesk = connected()
    assert isinstance(helpdesk, Dated)
    desk.always = lambda _s, _r, answer: Answer(
        answer.json, answer.status, {**answer.headers, "Date": "Mon, 16 Nov 2026 08:00:00 GMT"}
    )
    helpdesk.list_closed(desk.vendor.since, desk.vendor.until)
    assert helpdesk.told_at == MONDAY - timedelta(hours=1)


def test_the_roster_has_addresses(desk, connected):
    """Agents come with the e-mail by which they are found."""
    helpdesk = connected()
    assert isinstance(helpdesk, Roster)
    assert {"ada@example.com", "ben@example.com"} <= {each.email for each in helpdesk.agents()}
