"""Gorgias: a list without "since", times without a zone, what reached the customer, surveys, the trash, its bucket."""

import itertools
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from pydantic import SecretStr

from iqs.conversations import Author, Basis, Customer, HelpdeskAgent, SurveyAnswer
from iqs.errors import Invalid, NotFound, Unavailable
from iqs.helpdesk import http
from iqs.helpdesk.base import Deletions, Roster, Surveyed, Surveys, Webhooks
from iqs.helpdesk.gorgias import Gorgias
from iqs.helpdesk.gorgias.reading import wait
from iqs.helpdesk.http import Reply
from tests.iqs.helpdesk.scripted import recorded, serving
from tests.iqs.helpdesk.standin import Answer

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 7, tzinfo=UTC)
NOW = datetime(2026, 11, 7, 0, 2, tzinfo=UTC)
LIST = "GET /api/tickets"
ONE = "GET /api/tickets/511"
MESSAGES = "GET /api/messages"
USERS = "GET /api/users"
SURVEYS = "GET /api/satisfaction-surveys"


@pytest.fixture
def replies():
    return recorded("gorgias")


@pytest.fixture
def ticket(replies):
    """What answers for one ticket."""
    return {ONE: replies["tickets"]["data"][0], MESSAGES: replies["messages"], USERS: replies["users"]}


def desk(script, **given):
    given = {"sleep": lambda _: None, "now": lambda: NOW, **given}
    return Gorgias(
        "larkfield", SecretStr("gorgias key"), email="lead@larkfield.example", base=script.base, **given
    )


def page_of(*entries, following=None):
    return {"data": list(entries), "object": "list", "meta": {"prev_cursor": None, "next_cursor": following}}


def closed(number, at):
    """A ticket that was closed and last changed then."""
    told = at.replace(tzinfo=None).isoformat()
    return {"id": number, "status": "closed", "updated_datetime": told, "closed_datetime": told}


def survey(number, at, score=3):
    return {
        "id": number,
        "ticket_id": number,
        "score": score,
        "created_datetime": at.replace(tzinfo=None).isoformat(),
    }


def stars(number):
    return SurveyAnswer(Fraction(number), Fraction(1), Fraction(5))


def test_closed_tickets_become_headers(replies):
    """Spam, the trash, open ones and what did not change since are passed over; times are UTC."""
    with serving({LIST: replies["tickets"], USERS: replies["users"]}) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
    assert (page.cursor, page.unread) == ("second page", 1)
    first, second = page.headers
    assert first.key == "gorgias:511"
    assert first.url == "https://larkfield.gorgias.com/app/ticket/511"
    assert first.agent == HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example")
    assert first.customer == Customer("9001", "Mira Holt", "mira.holt@mail.example")
    assert (first.channel, first.language, first.tags) == ("email", "en", ("shipping",))
    assert first.opened_at == datetime(2026, 11, 2, 8, 0, 0, 250_000, tzinfo=UTC)
    assert first.closed_at == datetime(2026, 11, 2, 10, 30, 0, 500_000, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 11, 2, 10, 31, 0, 500_000, tzinfo=UTC)
    assert first.csat == stars(4)
    assert (first.first_response_seconds, first.handle_seconds, first.reopens) == (None, None, None)
    assert second.agent == HelpdeskAgent("74", "Ada Moss", "ada.moss@larkfield.example"), (
        "named by its id only"
    )
    assert (second.customer, second.csat) == (None, None), "asked, and not answered"
    assert second.closed_at == datetime(2026, 11, 2, 11, tzinfo=UTC), "its last change stands in"
    asked = script.asked[0]
    assert asked.query == {"order_by": "updated_datetime:desc", "trashed": "false", "limit": "100"}
    assert asked.headers["authorization"] == "Basic bGVhZEBsYXJrZmllbGQuZXhhbXBsZTpnb3JnaWFzIGtleQ=="


def test_the_list_is_read_until_a_page_is_older():
    """One old ticket among newer ones ends nothing; a page of old ones does, whatever comes behind it."""
    hour = timedelta(hours=1)
    pages = [
        page_of(closed(1, UNTIL + hour), closed(2, SINCE - hour), closed(3, SINCE), following="two"),
        page_of(closed(4, SINCE - hour), closed(5, SINCE - 9 * hour), following="three"),
    ]
    with serving({LIST: pages}) as script:
        gorgias = desk(script)
        first = gorgias.list_closed(SINCE, UNTIL)
        second = gorgias.list_closed(SINCE, UNTIL, first.cursor)
    assert [each.external_id for each in first.headers] == ["3"]
    assert (first.cursor, second.headers, second.cursor) == ("two", (), None)
    assert script.asked[1].query["cursor"] == "two"


def test_the_bound_is_the_closing():
    """A ticket that was closed in time and changed later is told now; it would not be told again otherwise."""
    changed = {**closed(1, UNTIL - timedelta(hours=1)), "updated_datetime": "2026-11-07T00:01:00"}
    with serving({LIST: page_of(changed)}) as script:
        assert len(desk(script).list_closed(SINCE, UNTIL).headers) == 1


def test_a_ticket_with_its_messages(ticket):
    """Notes, and what never reached the customer, are internal; rules and the bot are bots; oldest first."""
    with serving(ticket) as script:
        found = desk(script).fetch("511")
    assert [(each.author, each.author_id) for each in found.messages] == [
        (Author.CUSTOMER, "9001"),
        (Author.BOT, "71"),
        (Author.BOT, "99"),
        (Author.CUSTOMER, "9001"),
        (Author.NOTE, "71"),
        (Author.NOTE, "72"),
        (Author.AGENT, "71"),
        (Author.NOTE, "71"),
    ]
    assert found.messages[3].text == "Hello?", "without HTML, the text without its quotes"
    assert "I am sorry, Mira." in found.messages[6].text
    assert "[attachment: voucher.pdf]" in found.messages[6].text
    assert found.messages[6].at == datetime(2026, 11, 2, 9, 35, 0, 250_000, tzinfo=UTC)
    assert found.messages[7].text == "Never sent"
    assert (found.first_response_seconds, found.first_response_basis) == (95 * 60, Basis.COMPUTED)
    assert found.participants == ("71", "72")
    assert script.asked[1].query == {"ticket_id": "511", "limit": "100"}


def test_messages_come_in_pages_and_once(ticket, replies):
    """A message that came meanwhile pushes the last of a page onto the next."""
    said = replies["messages"]["data"][5:9]
    pages = [page_of(*said[:2], following="two"), page_of(*said[1:])]
    with serving({**ticket, MESSAGES: pages}) as script:
        found = desk(script).fetch("511")
    assert [each.author for each in found.messages] == [
        Author.CUSTOMER,
        Author.BOT,
        Author.BOT,
        Author.CUSTOMER,
    ]
    assert script.asked[2].query == {"ticket_id": "511", "limit": "100", "cursor": "two"}


def test_users_are_asked_for_once(ticket, replies):
    """Not with each page; a key that may not see them does without."""
    with serving({**ticket, LIST: replies["tickets"]}) as script:
        gorgias = desk(script)
        gorgias.list_closed(SINCE, UNTIL)
        gorgias.fetch("511")
        gorgias.list_closed(SINCE, UNTIL)
    assert script.paths.count(USERS) == 1
    with serving({**ticket, LIST: replies["tickets"], USERS: Answer(status=403)}) as script:
        gorgias = desk(script)
        assert gorgias.list_closed(SINCE, UNTIL).headers[1].agent == HelpdeskAgent("74")
        with pytest.raises(Invalid, match="GORGIAS_TOKEN"):
            gorgias.agents()


def test_a_ticket_of_the_bot_has_no_agent(replies):
    """It is reviewed by nobody, for nobody wrote it."""
    bots = {**closed(1, SINCE), "assignee_user": {"id": 99, "name": "AI Agent"}}
    with serving({LIST: page_of(bots), USERS: replies["users"]}) as script:
        assert desk(script).list_closed(SINCE, UNTIL).headers[0].agent is None


@pytest.mark.parametrize(
    "gone",
    [Answer(status=404), {"id": 511, "status": "closed", "trashed_datetime": "2026-11-02T11:00:00"}],
    ids=["gone", "trash"],
)
def test_what_was_deleted_is_not_found(gone):
    """So that its text is purged here too."""
    with serving({ONE: gone}) as script:
        for name in ("511", "511/messages", "x"):
            with pytest.raises(NotFound):
                desk(script).fetch(name)
        assert len(script.asked) == 1


def test_surveys_are_one_to_five(replies):
    """Those that were answered, on their scale."""
    with serving({SURVEYS: replies["surveys"]}) as script:
        page = desk(script).list_answers(SINCE, UNTIL)
    assert page.answers == (Surveyed("512", csat=stars(1)), Surveyed("511", csat=stars(5)))
    assert page.cursor == "second page"
    assert script.asked[0].query == {"order_by": "created_datetime:desc", "limit": "100"}


def test_surveys_of_the_month_are_read_once_a_day():
    """They are listed by when they were made: of three days each time, of thirty with the window of midnight."""
    day = timedelta(days=1)
    noon = datetime(2026, 11, 6, 12, tzinfo=UTC)
    for since, until, reach in ((noon, noon + day / 24, 3), (noon, noon + day, 30)):
        within = page_of(survey(1, since - reach * day), following="two")
        beyond = page_of(survey(1, since - (reach + 1) * day), following="two")
        with serving({SURVEYS: [within, beyond]}) as script:
            gorgias = desk(script)
            assert gorgias.list_answers(since, until).cursor == "two"
            assert gorgias.list_answers(since, until, "two").cursor is None


def test_the_trash_tells_what_was_deleted():
    """What was moved there within the window, by the list that shows it too."""
    moved = {**closed(1, SINCE), "trashed_datetime": "2026-11-02T11:00:00"}
    before = {**closed(2, SINCE), "trashed_datetime": "2026-10-30T11:00:00"}
    with serving({LIST: page_of(moved, before, closed(3, SINCE), following="two")}) as script:
        assert desk(script).list_deleted(SINCE, UNTIL) == (("1",), "two")
    assert script.asked[0].query["trashed"] == "true"


def test_the_roster_has_people(replies):
    """Neither bots nor who cannot log in any more."""
    with serving({USERS: replies["users"]}) as script:
        assert desk(script).agents() == (
            HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example"),
            HelpdeskAgent("74", "Ada Moss", "ada.moss@larkfield.example"),
        )


def test_it_waits_as_gorgias_tells():
    """Retry-after; a pause when the bucket is nearly full."""
    assert wait(Reply(429, {"retry-after": "5", "x-gorgias-account-api-call-limit": "40/40"}), NOW) == 5
    assert wait(Reply(429, {}), NOW) is None
    for told, pause in (("10/40", None), ("39/40", 10), ("40/40", 20), ("41/40", 20), ("many", None)):
        assert wait(Reply(200, {"x-gorgias-account-api-call-limit": told}), NOW) == pause


def test_it_can_what_it_says(replies):
    """Late ratings, agents, deletions; Gorgias signs no webhooks. No key in a repr."""
    with serving({USERS: replies["users"]}) as script:
        gorgias = desk(script)
        gorgias.agents()
    assert all(isinstance(gorgias, each) for each in (Surveys, Roster, Deletions))
    assert not isinstance(gorgias, Webhooks)
    assert "gorgias key" not in repr(vars(gorgias))


@pytest.mark.parametrize("what", [MESSAGES, USERS])
def test_pages_without_an_end_are_left_for_another_time(ticket, replies, what, monkeypatch):
    """Cursors that go round in a circle end in a sentence, not in asking for ever."""
    monkeypatch.setattr(http, "PAGES", 5)
    turns = itertools.count()
    circle = {**ticket, what: lambda _: {**ticket[what], "meta": {"next_cursor": f"c{next(turns) % 2}"}}}
    with serving(circle) as script, pytest.raises(Unavailable, match="without an end"):
        desk(script).fetch("511")
