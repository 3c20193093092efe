"""Reading a helpdesk: forward, resumable, by one process at a time, and nothing lost by what goes wrong."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from iqs.errors import Conflict, Invalid, Unavailable
from iqs.helpdesk.base import Later, Refused, Stopped, Surveyed, SurveyPage
from iqs.services import syncing
from iqs.services.importing import import_stream
from iqs.storage import tables
from iqs.storage.repositories import conversations
from tests.iqs.helpdesk.desks import CLOSED, Desk, SurveyDesk, stars, talk
from tests.world import MONDAY

C = tables.Conversation


def sync(store, desk, *, at=MONDAY, **options):
    return syncing.sync(store, desk, now=lambda: at, **options)


def standing(store):
    return syncing.standings(store)[0]


def stored(store, number):
    with store.read() as tx:
        return conversations.get(tx, conversations.by_key(tx, "desk", str(number)))


def test_the_first_sync_reads_ninety_days_and_the_next_goes_on(store):
    """Up to two minutes ago; then from there, with ten minutes' overlap; what is known is unchanged."""
    desk = Desk(*(talk(number) for number in range(5)))
    done = sync(store, desk)
    assert (done.listed, done.new, done.updated, done.unchanged) == (5, 5, 0, 0)
    until = MONDAY - timedelta(minutes=2)
    assert desk.windows[0][:2] == (until - timedelta(days=90), until)
    assert standing(store).complete_until == until
    desk.windows.clear()
    late = talk(9, updated_at=until - timedelta(minutes=5))
    desk.put(late)
    done = sync(store, desk, at=MONDAY + timedelta(hours=1))
    assert desk.windows[0][0] == until - timedelta(minutes=10)
    assert (done.new, done.updated) == (1, 0)


def test_since_bounds_the_first_sync_and_reads_again(store):
    """A day before what was read means once more from there; a later one than what was read changes nothing."""
    desk = Desk(talk(1))
    start = MONDAY - timedelta(days=3)
    assert sync(store, desk, since=start).new == 0
    done = sync(store, desk, since=MONDAY - timedelta(days=9))
    assert (done.since, done.new) == (MONDAY - timedelta(days=9), 1)
    sync(store, desk, since=MONDAY + timedelta(hours=1), at=MONDAY + timedelta(hours=2))
    assert desk.windows[-1][0] == MONDAY - timedelta(minutes=12)


def test_an_interrupted_window_is_read_to_its_end(store):
    """The same window, from the saved cursor, although it is later now."""
    desk = Desk(*(talk(number) for number in range(6)))
    desk.fails = [None, Unavailable("out")]
    with pytest.raises(Unavailable):
        sync(store, desk)
    half_done = standing(store)
    assert (half_done.cursor, half_done.listed, half_done.complete_until) == ("2", 2, None)
    done = sync(store, desk, at=MONDAY + timedelta(days=1))
    assert done.new == 4
    assert standing(store).complete_until == MONDAY - timedelta(minutes=2)
    assert {each[2] for each in desk.windows} == {None, "2", "4"}


def test_a_clock_set_back_loses_no_conversation(store):
    """Read up to a day that is still to come, nobody knows how far that was: a month is read again, and at once."""
    desk = Desk(talk(1))
    sync(store, desk, at=MONDAY + timedelta(days=1))
    assert syncing.due(store, "desk", now=MONDAY)
    desk.put(talk(9, updated_at=MONDAY - timedelta(minutes=5)))
    done = sync(store, desk)
    until = MONDAY - timedelta(minutes=2)
    assert (done.new, desk.windows[-1][:2]) == (1, (until - timedelta(days=30), until))
    assert standing(store).complete_until == until
    sync(store, desk, at=MONDAY + timedelta(minutes=1))
    assert desk.windows[-1][0] == until - timedelta(minutes=10)


def test_a_clock_that_is_ahead_loses_no_conversation(store):
    """A window ends before the helpdesk's own time, whatever our clock says, also after an interruption."""

    class Dated(Desk):
        told_at = None

    desk = Dated(*(talk(number) for number in range(6)))
    desk.told_at = MONDAY
    desk.fails = [None, Unavailable("out")]
    hour = timedelta(hours=1)
    with pytest.raises(Unavailable):
        sync(store, desk, at=MONDAY + hour)
    sync(store, desk, at=MONDAY + 2 * hour)
    assert standing(store).complete_until == MONDAY - timedelta(minutes=2)
    desk.put(talk(9, updated_at=MONDAY + timedelta(minutes=1)))
    desk.told_at = MONDAY + 2 * hour
    assert sync(store, desk, at=MONDAY + 3 * hour).new == 1
    desk.told_at = MONDAY + 3 * hour - timedelta(seconds=100)  # a little ahead is nothing
    sync(store, desk, at=MONDAY + 3 * hour)
    assert standing(store).complete_until == MONDAY + 3 * hour - timedelta(minutes=2)


def test_what_stops_it_is_told_and_rests(store):
    """The sentence stands in sync.error; out: two minutes, refused: fifteen, a told wait: as long as that."""
    desk = Desk(talk(1))
    for error, rest in (
        (Unavailable("Desk is out."), timedelta(minutes=2)),
        (Invalid("Desk does not accept DESK_TOKEN."), timedelta(minutes=15)),
        (Later("Desk asks us to wait.", 1800), timedelta(minutes=30)),
    ):
        desk.fails = [error]
        with pytest.raises(type(error)):
            sync(store, desk, impatient=True)
        now = standing(store)
        assert (now.error, now.lease_token, now.lease_until) == (str(error), None, MONDAY + rest)
        assert not syncing.due(store, "desk", now=MONDAY + rest - timedelta(seconds=1))
        assert syncing.due(store, "desk", now=MONDAY + rest)
    with pytest.raises(Conflict):
        sync(store, desk)
    sync(store, desk, impatient=True)
    assert (standing(store).error, standing(store).lease_until) == (None, None)
    assert not syncing.due(store, "desk", now=MONDAY + timedelta(minutes=9))
    assert syncing.due(store, "desk", now=MONDAY + timedelta(minutes=10))


def test_a_process_that_stops_is_no_fault_of_the_helpdesk(store):
    """No error is told and nobody has to wait."""
    desk = Desk(talk(1))
    desk.fails = [Stopped("stops")]
    with pytest.raises(Stopped):
        sync(store, desk)
    assert (standing(store).error, standing(store).lease_until) == (None, None)
    assert sync(store, desk).new == 1


def test_two_processes_never_read_one_helpdesk_at_once(store):
    """The second is refused, also the impatient one; a reader that died is taken over when its lease ran out."""
    desk = Desk(*(talk(number) for number in range(4)))
    seen = []

    def second(_page):
        with pytest.raises(Conflict):
            sync(store, Desk(), impatient=True)
        seen.append(syncing.due(store, "desk", now=MONDAY))

    sync(store, desk, progress=second)
    assert seen == [False, False]

    def dies(_page):
        with store.write() as tx:  # as if its release had never come
            tx.execute(
                tables.Sync.__table__.update().values(lease_token="dead", lease_until=MONDAY + syncing.LEASE)
            )
        raise SystemExit

    desk.put(talk(7, updated_at=MONDAY))
    with pytest.raises(SystemExit):
        sync(store, desk, at=MONDAY + timedelta(hours=1), progress=dies)
    with pytest.raises(Conflict):
        sync(store, Desk(), at=MONDAY + timedelta(minutes=9))
    sync(store, Desk(), at=MONDAY + timedelta(minutes=10))


def test_a_reader_that_was_taken_over_stores_nothing_more(store):
    """Its page is rolled back with its cursor."""
    desk = Desk(*(talk(number) for number in range(4)))

    def robbed(_page):
        with store.write() as tx:
            tx.execute(tables.Sync.__table__.update().values(lease_token="other"))

    with pytest.raises(Conflict):
        sync(store, desk, progress=robbed)
    with store.read() as tx:
        assert len(tx.execute(select(C.id)).all()) == 2
    assert (standing(store).cursor, standing(store).lease_token) == ("2", "other")


def test_a_helpdesk_that_turns_in_circles_is_left(store):
    """The same cursor twice is an error, not an endless loop."""
    desk = Desk(*(talk(number) for number in range(6)))
    page = desk.list_closed(CLOSED, MONDAY)
    desk.list_closed = lambda *_: replace(page, cursor="2")
    with pytest.raises(Unavailable, match="same page twice"):
        sync(store, desk)


def test_answers_and_deletions_without_an_end_are_left(store, monkeypatch):
    """A helpdesk that does not heed the page's number would be asked for ever."""
    monkeypatch.setattr(syncing, "PAGES", 5)
    numbers = itertools.count(1)
    desk = SurveyDesk(talk(1))
    desk.list_answers = lambda *_: SurveyPage((Surveyed("1", csat=stars(4)),), str(next(numbers)))
    with pytest.raises(Unavailable, match="without an end"):
        sync(store, desk)
    desk.list_deleted = lambda *_: (("1",), str(next(numbers)))
    with pytest.raises(Unavailable, match="without an end"):
        sync(store, desk, impatient=True)
    assert next(numbers) == 11


def test_a_longer_circle_is_left_too(store):
    """Page a, page b, page a: in the list, among the survey answers and among what was deleted."""
    desk = SurveyDesk(talk(1))
    page = desk.list_closed(CLOSED, MONDAY)
    turned = {None: "a", "a": "b", "b": "a"}
    desk.list_closed = lambda _since, _until, cursor=None: replace(page, cursor=turned[cursor])
    with pytest.raises(Unavailable, match="same page twice"):
        sync(store, desk)
    desk.list_closed = lambda *_: page
    asked = []

    def following(cursor):
        asked.append(cursor)
        assert len(asked) <= 6
        return turned[cursor]

    desk.list_answers = lambda _since, _until, cursor=None: SurveyPage((), following(cursor))
    desk.list_deleted = lambda _since, _until, cursor=None: ((), following(cursor))
    sync(store, desk, impatient=True)
    assert asked == [None, "a", "b"] * 2


def test_a_fault_of_our_own_rests_too(store):
    """What nobody foresaw is told in App Home and is not run into at every tick."""
    desk = Desk(talk(1))
    desk.fails = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        sync(store, desk)
    assert standing(store).error == syncing.BROKEN
    assert not syncing.due(store, "desk", now=MONDAY + timedelta(minutes=1))
    assert syncing.due(store, "desk", now=MONDAY + timedelta(minutes=3))


def test_a_cursor_that_is_refused_twice_is_an_outage(store):
    """The window begins again once, not for ever."""
    desk = Desk(*(talk(number) for number in range(6)))
    desk.fails = [None, Refused("old", 400), None, Refused("old", 400)]
    with pytest.raises(Unavailable):
        sync(store, desk)
    assert [each[2] for each in desk.windows] == [None, "2", None, "2"]


def test_late_survey_answers_are_picked_up(store):
    """First those of all days that were read, then since the last time; a header without one takes none back."""
    desk = SurveyDesk(talk(1), talk(2))
    sync(store, desk)
    until = MONDAY - timedelta(minutes=2)
    assert desk.asked == [(until - timedelta(days=90, minutes=10), until)]
    desk.answers = (("1", stars(2)), ("unknown", stars(5)), ("2", None))
    done = sync(store, desk, at=MONDAY + timedelta(days=29))
    assert (done.answers, desk.asked[1][0]) == (1, until - timedelta(minutes=10))
    desk.put(talk(1, subject="New", updated_at=MONDAY + timedelta(days=29, hours=12)))
    assert sync(store, desk, at=MONDAY + timedelta(days=30)).answers == 0
    assert (stored(store, 1).csat, stored(store, 1).subject) == (stars(2), "New")
    assert stored(store, 2).csat is None


def test_answers_are_asked_for_as_far_back_as_conversations_are_read(store):
    """--since of a year means their survey answers too, even if the sync was interrupted; thirty days at least."""
    desk = SurveyDesk(*(talk(number) for number in range(6)))
    desk.fails = [None, Unavailable("out")]
    year = MONDAY - timedelta(days=365)
    with pytest.raises(Unavailable):
        sync(store, desk, since=year)
    sync(store, desk, at=MONDAY + timedelta(hours=1))
    sync(store, desk, at=MONDAY + timedelta(hours=2))
    overlap = timedelta(minutes=10)
    assert [since for since, _ in desk.asked] == [year - overlap, MONDAY - timedelta(minutes=12)]
    sync(store, desk, since=year - timedelta(days=9), at=MONDAY + timedelta(hours=3))
    assert desk.asked[-1][0] == year - timedelta(days=9) - overlap


def test_a_sync_of_one_day_asks_for_the_answers_of_thirty(store):
    """Who answers late does so about what is stored already, such as from a file."""
    desk = SurveyDesk(talk(1))
    sync(store, desk, since=MONDAY - timedelta(days=1))
    assert desk.asked[0][0] == MONDAY - timedelta(days=30, minutes=12)


def test_a_helpdesk_without_a_survey_list_is_listed_again(store):
    """Once a day its last thirty days, so that ratings that stand only in the list are found."""

    class Relisted(Desk):
        relists_every = timedelta(days=1)

    desk = Relisted(talk(1))
    sync(store, desk)
    sync(store, desk, at=MONDAY + timedelta(hours=2))
    assert desk.windows[-1][0] == MONDAY - timedelta(minutes=12)
    desk.put(talk(1, csat=stars(1)))
    later = MONDAY + timedelta(days=1, minutes=1)
    assert sync(store, desk, at=later).updated == 1
    assert desk.windows[-1][0] == later - timedelta(days=30, minutes=2)
    assert stored(store, 1).csat == stars(1)
    sync(store, desk, at=later + timedelta(hours=1))
    assert desk.windows[-1][0] == later - timedelta(minutes=12)


def test_what_was_deleted_is_purged_without_a_trace_of_the_customer(store):
    """The header stays with its times; subject, link and customer go; listed again it stays deleted."""
    desk = SurveyDesk(talk(1), talk(2))
    sync(store, desk)
    desk.gone = ("1", "nobody knows this one")
    assert sync(store, desk, at=MONDAY + timedelta(hours=1)).deleted == 1
    assert sync(store, desk, at=MONDAY + timedelta(hours=2), since=CLOSED - timedelta(days=1)).deleted == 0
    left = stored(store, 1)
    assert (left.subject, left.url, left.customer, left.messages) == (None, None, None, ())
    assert left.closed_at is not None
    assert stored(store, 2).subject == "Subject 2"


def test_surveys_that_are_refused_keep_no_deleted_text(store):
    """What was deleted goes although the account may not read its surveys."""
    desk = SurveyDesk(talk(1))
    sync(store, desk)
    desk.gone = ("1",)

    def refused(*_):
        raise Invalid("No surveys on this plan.")

    desk.list_answers = refused
    with pytest.raises(Invalid):
        sync(store, desk, at=MONDAY + timedelta(hours=1))
    assert stored(store, 1).subject is None


def test_a_header_never_wipes_a_text(store):
    """A file brought the text, the helpdesk lists the header: text, counts and authors stay."""
    import_stream(store, [talk(1, others=("h9",))], now=MONDAY)
    desk = Desk(talk(1, subject="Changed", updated_at=CLOSED + timedelta(days=2), others=()))
    assert sync(store, desk).updated == 1
    after = stored(store, 1)
    assert (after.subject, len(after.messages)) == ("Changed", 3)
    assert set(after.participants) == {"h1", "h9"}
    with store.read() as tx:
        assert tx.execute(select(C.customer_messages, C.agent_messages)).one() == (1, 1)


def test_a_header_that_does_not_know_the_channel_leaves_it(store):
    """Some helpdesks tell the channel with the messages only: listing the header again takes nothing away."""
    import_stream(store, [talk(1, channel="email")], now=MONDAY)
    sync(store, Desk(talk(1, subject="Changed", channel="other", updated_at=CLOSED + timedelta(days=2))))
    assert (stored(store, 1).subject, stored(store, 1).channel) == ("Changed", "email")


def test_another_agent_takes_name_and_person_along(store):
    """The first agent's e-mail does not stay with the second one's id."""
    desk = Desk(talk(1))
    sync(store, desk)
    desk.put(talk(1, "h2", updated_at=CLOSED + timedelta(days=2)))
    desk.put(replace(desk.conversations["1"], agent=replace(desk.conversations["1"].agent, name=None)))
    sync(store, desk, at=MONDAY + timedelta(days=1), since=CLOSED)
    assert (stored(store, 1).agent.id, stored(store, 1).agent.name) == ("h2", None)
