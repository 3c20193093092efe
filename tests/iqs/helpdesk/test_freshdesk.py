"""Freshdesk: closing times, paging that no one shifts, lists without a frame, codes that are no scale, the trash."""

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from pydantic import SecretStr

from iqs.conversations import Author, Basis, Customer, HelpdeskAgent, SurveyAnswer
from iqs.errors import Invalid, NotFound
from iqs.helpdesk.base import Deletions, Roster, Surveyed, Surveys, Webhooks
from iqs.helpdesk.freshdesk import Freshdesk
from iqs.helpdesk.freshdesk.reading import RATINGS, wait
from iqs.helpdesk.http import Reply
from tests.iqs.helpdesk.scripted import recorded, serving
from tests.iqs.helpdesk.standin import Answer

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 7, tzinfo=UTC)
NOW = datetime(2026, 11, 7, 0, 2, tzinfo=UTC)
LIST = "GET /api/v2/tickets"
ONE = "GET /api/v2/tickets/611"
REPLIES = "GET /api/v2/tickets/611/conversations"
AGENTS = "GET /api/v2/agents"
RATED = "GET /api/v2/surveys/satisfaction_ratings"


@pytest.fixture
def replies():
    return recorded("freshdesk")


def desk(script, **given):
    given = {"sleep": lambda _: None, "now": lambda: NOW, **given}
    return Freshdesk("larkfield", SecretStr("freshdesk key"), base=script.base, **given)


def onward(listed):
    """A page that is not the last."""
    return Answer(
        listed, headers={"Link": '<https://larkfield.freshdesk.com/api/v2/tickets?page=2>;rel="next"'}
    )


def tickets_of(*seconds):
    """Tickets closed and changed at these seconds of a minute."""
    moments = [f"2026-11-02T10:00:{second:02}Z" for second in seconds]
    return [
        {"id": 700 + number, "status": 5, "updated_at": at, "stats": {"closed_at": at}}
        for number, at in enumerate(moments)
    ]


def smileys(rank):
    return SurveyAnswer(Fraction(rank), Fraction(0), Fraction(6))


def test_resolved_and_closed_tickets_become_headers(replies):
    """Closed is when it was resolved; what an agent began was not answered; spam and other statuses are passed over."""
    with serving({LIST: Answer(replies["tickets"]), AGENTS: Answer(replies["agents"])}) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
    assert (page.cursor, page.unread) == (None, 1)
    first, second, third = page.headers
    assert first.key == "freshdesk:611"
    assert first.url == "https://larkfield.freshdesk.com/a/tickets/611"
    assert first.agent == HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example")
    assert first.customer == Customer("9001", "Mira Holt", "mira.holt@mail.example")
    assert (first.channel, first.tags) == ("email", ("shipping",))
    assert first.closed_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 11, 4, 10, 30, tzinfo=UTC)
    assert (first.first_response_seconds, first.first_response_basis) == (95 * 60, Basis.CALENDAR)
    assert (first.handle_seconds, first.csat, first.reopens) == (None, None, None)
    assert second.agent == HelpdeskAgent("73"), "who left is known by id only"
    assert second.customer == Customer("9002")
    assert second.closed_at == datetime(2026, 11, 4, 11, tzinfo=UTC), (
        "what was before the reopening does not count"
    )
    assert (second.first_response_seconds, second.first_response_basis) == (None, None)
    assert third.channel == "other"
    assert third.closed_at == third.updated_at
    asked = script.asked[0]
    assert asked.query == {
        "updated_since": "2026-11-01T00:00:00Z",
        "order_by": "updated_at",
        "order_type": "asc",
        "include": "stats,requester",
        "per_page": "100",
        "page": "1",
    }
    assert asked.headers["authorization"] == "Basic ZnJlc2hkZXNrIGtleTpY", "the key, and X"


def test_what_closed_after_the_window_is_left_to_the_next(replies):
    """The bound is the closing, not the last change."""
    with serving({LIST: Answer(replies["tickets"][:1]), AGENTS: Answer(replies["agents"])}) as script:
        assert desk(script).list_closed(SINCE, datetime(2026, 11, 2, 10, 30, tzinfo=UTC)).headers == ()
        assert len(desk(script).list_closed(SINCE, datetime(2026, 11, 2, 10, 31, tzinfo=UTC)).headers) == 1


def test_pages_begin_where_the_last_one_ended():
    """By the second, not by number, so that nobody's work shifts a ticket past us and no page is number 301."""
    with serving({LIST: [onward(tickets_of(1, 5)), Answer(tickets_of(5, 6))]}) as script:
        freshdesk = desk(script)
        first = freshdesk.list_closed(SINCE, UNTIL)
        second = freshdesk.list_closed(SINCE, UNTIL, first.cursor)
    assert json.loads(first.cursor) == ["2026-11-02T10:00:04Z", 1]
    assert script.asked[1].query["updated_since"] == "2026-11-02T10:00:04Z", "the second before, too"
    assert (len(second.headers), second.cursor) == (2, None)


@pytest.mark.parametrize("seconds", [(5, 5), (6, 4)], ids=["one second", "another order"])
def test_numbers_count_where_time_does_not_go_on(seconds):
    """Tickets of one second (a bulk update), or in an order we did not ask for, are followed by the next number."""
    with serving({LIST: onward(tickets_of(*seconds))}) as script:
        freshdesk = desk(script)
        at = json.dumps(["2026-11-02T10:00:04Z", 1])
        cursor = freshdesk.list_closed(SINCE, UNTIL, at).cursor
        assert json.loads(cursor) == ["2026-11-02T10:00:04Z", 2]
        assert json.loads(freshdesk.list_closed(SINCE, UNTIL, cursor).cursor) == ["2026-11-02T10:00:04Z", 3]


def test_a_full_page_goes_on_without_a_link():
    """Whether or not Freshdesk names the next page."""
    with serving({LIST: Answer(tickets_of(1, 5))}) as script:
        assert desk(script, page_size=2).list_closed(SINCE, UNTIL).cursor is not None
        assert desk(script, page_size=3).list_closed(SINCE, UNTIL).cursor is None


def test_an_empty_list_is_asked_for_once_more():
    """It has no frame, so nonsense on the way looks the same; twice empty is empty."""
    with serving({LIST: [Answer([]), Answer(tickets_of(1))]}) as script:
        assert len(desk(script).list_closed(SINCE, UNTIL).headers) == 1
    with serving({LIST: Answer([])}) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
        assert (page.headers, page.cursor, len(script.asked)) == ((), None, 2)
    with serving({LIST: onward([])}) as script:
        assert desk(script).list_closed(SINCE, UNTIL).cursor is not None
        assert len(script.asked) == 1, "one that goes on is believed"


def test_agents_are_asked_for_once(replies):
    """Not with each page, and no more for somebody who is not among them."""
    with serving({LIST: Answer(replies["tickets"]), AGENTS: Answer(replies["agents"])}) as script:
        freshdesk = desk(script)
        freshdesk.list_closed(SINCE, UNTIL)
        freshdesk.list_closed(SINCE, UNTIL)
    assert script.paths.count(AGENTS) == 1


def test_a_key_that_may_not_see_the_agents_does_without(replies):
    """Then they are known by id and mapped by hand; the roster itself says what is wrong."""
    with serving({LIST: Answer(replies["tickets"]), AGENTS: Answer(status=403)}) as script:
        freshdesk = desk(script)
        assert freshdesk.list_closed(SINCE, UNTIL).headers[0].agent == HelpdeskAgent("71")
        with pytest.raises(Invalid, match="FRESHDESK_TOKEN"):
            freshdesk.agents()


def test_a_ticket_with_its_conversations(replies):
    """The description is the first message, private ones are notes, automations are bots; each once, oldest first."""
    answers = {
        ONE: replies["ticket"],
        REPLIES: Answer(replies["conversations"]),
        AGENTS: Answer(replies["agents"]),
    }
    with serving(answers) as script:
        found = desk(script).fetch("611")
    assert [(each.author, each.author_id) for each in found.messages] == [
        (Author.CUSTOMER, "9001"),
        (Author.BOT, "3"),
        (Author.CUSTOMER, "9001"),
        (Author.NOTE, "72"),
        (Author.AGENT, "71"),
    ]
    assert found.messages[0].text.startswith("The beans taste stale.")
    assert "[attachment: beans.jpg]" in found.messages[0].text
    assert "[attachment: voucher.pdf]" in found.messages[4].text
    assert (found.first_response_seconds, found.first_response_basis) == (95 * 60, Basis.CALENDAR)
    assert found.participants == ("71", "72")
    assert script.asked[0].query == {"include": "stats,requester"}


def test_a_ticket_that_an_agent_began(replies):
    """An outbound e-mail is an agent's first message, whose we do not know."""
    answers = {
        ONE: {**replies["ticket"], "source": 10},
        REPLIES: Answer([]),
        AGENTS: Answer(replies["agents"]),
    }
    with serving(answers) as script:
        found = desk(script).fetch("611")
    assert [(each.author, each.author_id) for each in found.messages] == [(Author.AGENT, None)]


@pytest.mark.parametrize(
    "gone", [Answer(status=404), {"id": 611, "status": 5, "deleted": True}], ids=["gone", "trash"]
)
def test_what_was_deleted_is_not_found(gone):
    """So that its text is purged here too."""
    with serving({ONE: gone}) as script:
        for name in ("611", "611/conversations", "x"):
            with pytest.raises(NotFound):
                desk(script).fetch(name)
        assert len(script.asked) == 1


def test_ratings_are_codes_with_a_rank(replies):
    """Best is 6 and worst is 0; the newest of one ticket last; unknown codes and later answers are left out."""
    with serving({RATED: Answer(replies["ratings"])}) as script:
        page = desk(script).list_answers(SINCE, UNTIL)
    assert page.answers == (
        Surveyed("611", csat=smileys(6)),
        Surveyed("612", csat=smileys(3)),
        Surveyed("612", csat=smileys(0)),
    )
    assert page.cursor is None
    assert script.asked[0].query == {"created_since": "2026-10-25T00:00:00Z", "per_page": "100", "page": "1"}


def test_the_codes_are_in_the_order_of_their_words():
    """Seven ranks without a gap, the neutral one in the middle, though the codes themselves are no scale."""
    assert [RATINGS[code] for code in sorted(RATINGS)] == list(range(7))
    assert smileys(RATINGS[100]).percent == 50
    assert smileys(RATINGS[103]).percent == 100
    assert smileys(RATINGS[-103]).percent == 0


def test_ratings_come_in_pages(replies):
    """By number, until no next one is named."""
    with serving({RATED: [onward(replies["ratings"]), Answer(replies["ratings"])]}) as script:
        freshdesk = desk(script)
        assert freshdesk.list_answers(SINCE, UNTIL).cursor == "2"
        assert freshdesk.list_answers(SINCE, UNTIL, "2").cursor is None
    assert script.asked[1].query["page"] == "2"


@pytest.mark.parametrize("status", [403, 404])
def test_a_plan_without_surveys_is_told_how_to_go_on(status):
    """The sentence names the setting that ends the asking; with it nothing is asked."""
    with serving({RATED: Answer(status=status)}) as script:
        with pytest.raises(Invalid, match="FRESHDESK_RATINGS=off"):
            desk(script).list_answers(SINCE, UNTIL)
        script.asked.clear()
        assert desk(script, ratings=False).list_answers(SINCE, UNTIL).answers == ()
        assert script.asked == []


def test_the_trash_tells_what_was_deleted():
    """What does not say so itself stays; of an account that does not list it by time nothing is known."""
    at = "2026-11-02T10:00:00Z"
    trash = [{"id": 613, "status": 2, "deleted": True, "updated_at": at}, {"id": 614, "status": 5}, None]
    with serving({LIST: Answer(trash)}) as script:
        assert desk(script).list_deleted(SINCE, UNTIL) == (("613",), None)
    assert script.asked[0].query["filter"] == "deleted"
    assert script.asked[0].query["updated_since"] == "2026-11-01T00:00:00Z"
    with serving({LIST: Answer(status=400)}) as script:
        assert desk(script).list_deleted(SINCE, UNTIL) == ((), None)


def test_the_roster_has_verified_addresses(replies):
    """One that was never verified is not theirs to be found by."""
    with serving({AGENTS: Answer(replies["agents"])}) as script:
        assert desk(script).agents() == (
            HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example"),
            HelpdeskAgent("72", "Ada Moss", None),
        )


def test_it_waits_as_freshdesk_tells():
    """Retry-After; a pause when the minute is nearly used up."""
    assert wait(Reply(429, {"retry-after": "9"}), NOW) == 9
    assert wait(Reply(429, {}), NOW) is None
    assert wait(Reply(200, {"x-ratelimit-total": "20", "x-ratelimit-remaining": "15"}), NOW) is None
    assert wait(Reply(200, {"x-ratelimit-total": "20", "x-ratelimit-remaining": "1"}), NOW) == 30


def test_it_can_what_it_says(replies):
    """Late ratings, agents, deletions; Freshdesk signs no webhooks. No key in a repr."""
    with serving({AGENTS: Answer(replies["agents"])}) as script:
        freshdesk = desk(script)
        freshdesk.agents()
    assert all(isinstance(freshdesk, each) for each in (Surveys, Roster, Deletions))
    assert not isinstance(freshdesk, Webhooks)
    assert "freshdesk key" not in repr(vars(freshdesk))


@pytest.mark.parametrize(
    "first", [Answer(status=404), Answer(status=301, headers={"Location": "/elsewhere"})]
)
def test_an_archived_ticket_was_not_deleted(first):
    """It stands elsewhere; one that is in neither place is gone."""
    archived = "GET /api/v2/tickets/archived/611"
    ticket = {"id": 611, "status": 5, "created_at": "2026-11-02T10:00:00Z", "archived": True}
    with serving({ONE: first, archived: Answer(ticket)}) as script:
        assert desk(script).look_up("611") == datetime(2026, 11, 2, 10, tzinfo=UTC)
    with serving({ONE: first, archived: Answer(status=404)}) as script, pytest.raises(NotFound):
        desk(script).look_up("611")
