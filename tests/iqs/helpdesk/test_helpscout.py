"""Help Scout: the token and its end, paging that no one shifts, threads, happiness, webhooks."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from pydantic import SecretStr

from iqs.conversations import Author, Basis, HelpdeskAgent, SurveyAnswer
from iqs.errors import Invalid, NotAllowed, NotFound, Unavailable
from iqs.helpdesk.base import Deletions, Event, Happening, Moved, Roster, Surveyed, Surveys, Webhooks
from iqs.helpdesk.helpscout import HelpScout
from iqs.helpdesk.helpscout.reading import wait
from iqs.helpdesk.http import Reply
from tests.iqs.helpdesk.scripted import recorded, serving
from tests.iqs.helpdesk.standin import Answer

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 7, tzinfo=UTC)
NOW = datetime(2026, 11, 7, 0, 2, tzinfo=UTC)
TOKEN = "POST /v2/oauth2/token"
LIST = "GET /v2/conversations"
USERS = "GET /v2/users"
RATINGS = "GET /v2/reports/happiness/ratings"


class Clock:
    def __init__(self):
        self.moment = NOW

    def now(self):
        return self.moment


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def replies():
    return recorded("helpscout")


def desk(script, clock=None, **given):
    now = clock.now if clock else lambda: NOW
    given = {"webhook_secret": SecretStr("hook secret"), **given}
    return HelpScout(
        "app id", SecretStr("app secret"), base=script.base, sleep=lambda _: None, now=now, **given
    )


def smileys(value):
    return SurveyAnswer(Fraction(value), Fraction(0), Fraction(2))


def test_closed_conversations_become_headers(replies):
    """Whoever opened or closed one took part; a team is no agent, and a workflow is nobody."""
    with serving({TOKEN: replies["token"], LIST: replies["conversations"]}) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
    assert (page.cursor, page.unread, page.total) == (None, 1, 3)
    first, second = page.headers
    assert first.key == "helpscout:8101"
    assert first.url == "https://secure.helpscout.net/conversation/8101/349"
    assert first.agent == HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example")
    assert (first.customer.id, first.customer.name) == ("9001", "Mira Holt")
    assert first.others == ("72",)
    assert first.tags == ("shipping",)
    assert first.closed_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 11, 2, 10, 31, tzinfo=UTC)
    assert (first.first_response_seconds, first.csat, first.reopens) == (None, None, None)
    assert (second.agent, second.customer, second.others) == (None, None, ("72",))
    assert second.channel == "phone"
    assert second.closed_at == datetime(2026, 11, 2, 11, tzinfo=UTC), "its last change stands in"
    asked = script.asked[-1]
    assert asked.query == {
        "status": "closed",
        "modifiedSince": "2026-11-01T00:00:00Z",
        "sortField": "modifiedAt",
        "sortOrder": "asc",
        "page": "1",
    }
    assert "embed" not in asked.query, "it cuts chats"


def page_of(times, *, number, pages):
    """A page of conversations changed at these minutes of an hour."""
    listed = [
        {
            "id": 9000 + minute,
            "number": minute,
            "status": "closed",
            "closedAt": f"2026-11-02T10:{minute:02}:00Z",
            "userUpdatedAt": f"2026-11-02T10:{minute:02}:00Z",
        }
        for minute in times
    ]
    return {"_embedded": {"conversations": listed}, "page": {"number": number, "totalPages": pages}}


def test_pages_begin_where_the_last_one_ended(replies):
    """By time, not by number, so that nobody's work shifts a conversation past us."""
    pages = [page_of([1, 2], number=1, pages=2), page_of([2, 3], number=1, pages=1)]
    with serving({TOKEN: replies["token"], LIST: pages}) as script:
        helpscout = desk(script)
        first = helpscout.list_closed(SINCE, UNTIL)
        second = helpscout.list_closed(SINCE, UNTIL, first.cursor)
    assert [each.external_id for each in (*first.headers, *second.headers)] == [
        "9001",
        "9002",
        "9002",
        "9003",
    ]
    assert second.cursor is None
    assert script.asked[-1].query["modifiedSince"] == "2026-11-02T10:02:00Z"
    assert script.asked[-1].query["page"] == "1"


@pytest.mark.parametrize("times", [[5, 5], [5, 4]], ids=["one moment", "another order"])
def test_numbers_count_where_time_does_not_go_on(replies, times):
    """A page of one moment, or in an order we did not ask for, is followed by the next number."""
    listed = [page_of(times, number=1, pages=3), page_of(times, number=2, pages=3)]
    with serving({TOKEN: replies["token"], LIST: listed}) as script:
        helpscout = desk(script)
        at = json.dumps(["2026-11-02T10:05:00Z", 1])
        cursor = helpscout.list_closed(SINCE, UNTIL, at).cursor
        assert json.loads(cursor) == ["2026-11-02T10:05:00Z", 2]
        assert json.loads(helpscout.list_closed(SINCE, UNTIL, cursor).cursor) == ["2026-11-02T10:05:00Z", 3]


def test_a_conversation_with_its_threads(replies):
    """Notes and calls are internal, the AI is a bot, drafts and history are not said; oldest first."""
    answers = {
        TOKEN: replies["token"],
        "GET /v2/conversations/8101": replies["conversations"]["_embedded"]["conversations"][0],
        "GET /v3/conversations/8101/threads": replies["threads"],
    }
    with serving(answers) as script:
        found = desk(script).fetch("8101")
    assert [(each.author, each.author_id) for each in found.messages] == [
        (Author.CUSTOMER, "9001"),
        (Author.BOT, "3"),
        (Author.CUSTOMER, "9001"),
        (Author.NOTE, "72"),
        (Author.AGENT, "71"),
        (Author.NOTE, "71"),
    ]
    assert "I am sorry, Mira." in found.messages[4].text
    assert "[attachment: voucher.pdf]" in found.messages[4].text
    assert (found.first_response_seconds, found.first_response_basis) == (95 * 60, Basis.COMPUTED)
    assert (found.handle_seconds, found.handle_basis) == (None, None)
    assert found.participants == ("71", "72")


def test_a_thread_that_came_between_two_pages_is_there_once(replies):
    """Newest first means that a new one pushes the last of a page onto the next."""
    threads = replies["threads"]["_embedded"]["threads"][4:8]
    one = {"_embedded": {"threads": threads[:2]}, "page": {"number": 1, "totalPages": 2}}
    two = {"_embedded": {"threads": threads[1:]}, "page": {"number": 2, "totalPages": 2}}
    answers = {
        TOKEN: replies["token"],
        "GET /v2/conversations/8101": replies["conversations"]["_embedded"]["conversations"][0],
        "GET /v3/conversations/8101/threads": [one, two],
    }
    with serving(answers) as script:
        found = desk(script).fetch("8101")
    assert [each.author for each in found.messages] == [
        Author.CUSTOMER,
        Author.BOT,
        Author.CUSTOMER,
        Author.NOTE,
    ]


@pytest.mark.parametrize(
    "gone",
    [
        Answer(status=404),
        {"id": 8101, "status": "closed", "state": "deleted"},
        Answer(status=301, headers={"Location": "https://api.helpscout.net/v2/conversations/8102"}),
    ],
    ids=["gone", "deleted", "merged"],
)
def test_what_was_deleted_is_not_found(replies, gone):
    """So that its text is purged here too."""
    with serving({TOKEN: replies["token"], "GET /v2/conversations/8101": gone}) as script:
        with pytest.raises(NotFound):
            desk(script).fetch("8101")
        with pytest.raises(NotFound):
            desk(script).fetch("8101/threads")


def test_threads_without_an_end_are_an_outage(replies, monkeypatch):
    """A page that always promises another one is not read for ever."""
    monkeypatch.setattr("iqs.helpdesk.http.PAGES", 3)
    threads = {"_embedded": replies["threads"]["_embedded"], "page": {"number": 1, "totalPages": 9_999}}
    answers = {
        TOKEN: replies["token"],
        "GET /v2/conversations/8101": replies["conversations"]["_embedded"]["conversations"][0],
        "GET /v3/conversations/8101/threads": threads,
    }
    with serving(answers) as script, pytest.raises(Unavailable, match="without an end"):
        desk(script).fetch("8101")
    assert len(script.asked) == 5


def test_a_login_page_deletes_nothing(replies):
    """A redirect for now, as to a login or a page about maintenance, is not the end of a conversation."""
    moved = Answer(status=302, headers={"Location": "https://secure.helpscout.net/login"})
    with (
        serving({TOKEN: replies["token"], "GET /v2/conversations/8101": moved}) as script,
        pytest.raises(Moved),
    ):
        desk(script).fetch("8101")


def test_happiness_is_two_one_or_nothing(replies):
    """Great, Okay and Not Good on 0–2, the newest last; a week more is asked for: open ones are rated too."""
    with serving({TOKEN: replies["token"], RATINGS: replies["ratings"]}) as script:
        page = desk(script).list_answers(SINCE, UNTIL)
    assert page.answers == (
        Surveyed("8101", csat=smileys(2)),
        Surveyed("8102", csat=smileys(1)),
        Surveyed("8102", csat=smileys(0)),
    )
    assert page.cursor is None
    assert script.asked[-1].query == {
        "start": "2026-10-25T00:00:00Z",
        "end": "2026-11-07T00:00:00Z",
        "rating": "all",
        "page": "1",
    }


def test_ratings_come_in_pages(replies):
    """By number, until the last."""
    with serving({TOKEN: replies["token"], RATINGS: {**replies["ratings"], "pages": 2}}) as script:
        helpscout = desk(script)
        assert helpscout.list_answers(SINCE, UNTIL).cursor == "2"
        assert helpscout.list_answers(SINCE, UNTIL, "2").cursor is None


@pytest.mark.parametrize("status", [403, 404])
def test_a_plan_without_reports_is_told_how_to_go_on(replies, status):
    """The sentence names the setting that ends the asking; with it nothing is asked."""
    with serving({TOKEN: replies["token"], RATINGS: Answer(status=status)}) as script:
        with pytest.raises(Invalid, match="HELPSCOUT_RATINGS=off"):
            desk(script).list_answers(SINCE, UNTIL)
        script.asked.clear()
        assert desk(script, ratings=False).list_answers(SINCE, UNTIL).answers == ()
        assert script.asked == []


def test_the_roster_has_users_and_no_teams(replies):
    """A team answers nobody."""
    with serving({TOKEN: replies["token"], USERS: replies["users"]}) as script:
        assert desk(script).agents() == (HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example"),)


def test_a_token_serves_until_shortly_before_its_end(replies, clock):
    """One token for many calls; it is renewed ten minutes before it runs out."""
    tokens = [replies["token"], {**replies["token"], "access_token": "second token"}]
    with serving({TOKEN: tokens, USERS: replies["users"]}) as script:
        helpscout = desk(script, clock)
        helpscout.agents()
        clock.moment += timedelta(hours=47, minutes=49)
        helpscout.agents()
        clock.moment += timedelta(minutes=1)
        helpscout.agents()
    assert script.paths == [TOKEN, USERS, USERS, TOKEN, USERS]
    assert [each.headers.get("authorization") for each in script.asked] == [
        None,
        "Bearer first token",
        "Bearer first token",
        None,
        "Bearer second token",
    ]
    asked = script.asked[0].body.decode()
    assert asked == "grant_type=client_credentials&client_id=app+id&client_secret=app+secret"


def test_a_token_that_lives_for_minutes_serves_half_of_them(replies, clock):
    """A short life never makes a token for each call."""
    with serving({TOKEN: {**replies["token"], "expires_in": 60}, USERS: replies["users"]}) as script:
        helpscout = desk(script, clock)
        helpscout.agents()
        clock.moment += timedelta(seconds=29)
        helpscout.agents()
        clock.moment += timedelta(seconds=1)
        helpscout.agents()
    assert script.paths.count(TOKEN) == 2


def test_a_refused_token_is_renewed_once(replies):
    """After a 401 a new one is tried; a second 401 is told, not repeated for ever."""
    tokens = [replies["token"], {**replies["token"], "access_token": "second token"}]

    def users(request):
        good = request.headers["authorization"] == "Bearer second token"
        return replies["users"] if good else Answer(status=401)

    with serving({TOKEN: tokens, USERS: users}) as script:
        assert len(desk(script).agents()) == 1
    assert script.paths == [TOKEN, USERS, TOKEN, USERS]
    with serving({TOKEN: replies["token"], USERS: Answer(status=401)}) as script:
        with pytest.raises(Invalid, match="HELPSCOUT_APP_SECRET"):
            desk(script).agents()
        assert script.paths == [TOKEN, USERS, TOKEN, USERS]


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_wrong_app_is_said_in_a_sentence(status):
    """Whatever the status, the sentence names the settings and holds no secret."""
    with serving({TOKEN: Answer(status=status)}) as script:
        with pytest.raises(Invalid, match="HELPSCOUT_APP_SECRET") as refused:
            desk(script).agents()
        assert "app secret" not in str(refused.value)
        assert len(script.asked) == 1


def signed(body, event, secret=b"hook secret"):
    signature = base64.b64encode(hmac.digest(secret, body, "sha1")).decode()
    return {"x-helpscout-signature": signature, "x-helpscout-event": event}


@pytest.mark.parametrize(
    ("event", "told", "happening"),
    [
        ("convo.status", {"id": 8101, "status": "closed"}, Happening.CLOSED),
        ("convo.status", {"id": 8101, "status": "active"}, None),
        ("convo.merged", {"id": 8101, "status": "closed"}, Happening.CLOSED),
        ("convo.deleted", {"id": 8101}, Happening.DELETED),
        ("satisfaction.ratings", {"id": 1, "ticketId": 8101, "rating": "great"}, Happening.RATED),
        ("satisfaction.ratings", {"id": 1}, None),
        ("convo.assigned", {"id": 8101, "status": "closed"}, None),
        ("convo.status", {}, None),
    ],
)
def test_a_webhook_says_what_happened(event, told, happening):
    """A status that became closed, a deletion, a rating; anything else says nothing."""
    body = json.dumps(told).encode()
    with serving({}) as script:
        found = desk(script).read_webhook(signed(body, event), body, url="https://iqs.example/hook", now=NOW)
    assert found == ((Event(happening, "8101"),) if happening else ())


def test_a_webhook_is_believed_only_with_its_signature():
    """The raw bytes count; nonsense that is signed is refused too."""
    with serving({}) as script:
        read = desk(script).read_webhook
        for headers in ({}, signed(b"{}", "convo.status", b"other"), signed(b"{ }", "convo.status")):
            with pytest.raises(NotAllowed):
                read(headers, b"{}", url="", now=NOW)
        with pytest.raises(Invalid):
            read(signed(b"no", "convo.status"), b"no", url="", now=NOW)


def test_it_waits_as_help_scout_tells():
    """Its own header before Retry-After; a pause when the minute is nearly used up."""
    assert wait(Reply(429, {"x-ratelimit-retry-after": "7", "retry-after": "99"}), NOW) == 7
    assert wait(Reply(429, {"retry-after": "9"}), NOW) == 9
    assert wait(Reply(429, {}), NOW) is None
    assert (
        wait(Reply(200, {"x-ratelimit-limit-minute": "200", "x-ratelimit-remaining-minute": "150"}), NOW)
        is None
    )
    assert (
        wait(Reply(200, {"x-ratelimit-limit-minute": "200", "x-ratelimit-remaining-minute": "5"}), NOW) == 10
    )


def test_it_can_what_it_says(replies):
    """Late ratings, agents and webhooks; Help Scout lists no deletions. No secret shows in a repr."""
    with serving({TOKEN: replies["token"], USERS: replies["users"]}) as script:
        helpscout = desk(script)
        helpscout.agents()
    assert all(isinstance(helpscout, each) for each in (Surveys, Roster, Webhooks))
    assert not isinstance(helpscout, Deletions)
    assert "app secret" not in repr(vars(helpscout))
    assert "first token" not in repr(vars(helpscout))
