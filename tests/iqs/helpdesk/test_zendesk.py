"""Zendesk: the export, the comments, both kinds of CSAT, deletions and webhooks, against recorded replies."""

import base64
import copy
import hmac
import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from pydantic import SecretStr

from iqs.conversations import Author, Basis, Customer, HelpdeskAgent, SurveyAnswer
from iqs.errors import Invalid, NotAllowed, NotFound, Unavailable
from iqs.helpdesk.base import Deletions, Event, Happening, Roster, Surveyed, Surveys, Webhooks
from iqs.helpdesk.http import Reply
from iqs.helpdesk.zendesk import Zendesk
from iqs.helpdesk.zendesk.reading import wait
from tests.iqs.helpdesk.scripted import recorded, serving
from tests.iqs.helpdesk.standin import Answer

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 7, tzinfo=UTC)
NOW = datetime(2026, 11, 7, 0, 2, tzinfo=UTC)
EXPORT = "GET /api/v2/incremental/tickets/cursor"
RATINGS = "GET /api/v2/satisfaction_ratings"
RESPONSES = "GET /api/v2/guide/survey_responses"
SURVEYS = "GET /api/v2/guide/en-us/surveys"


@pytest.fixture
def replies():
    return recorded("zendesk")


def desk(script, **given):
    given = {"email": "lead@larkfield.example", "webhook_secret": SecretStr("hook secret"), **given}
    return Zendesk(
        "larkfield", SecretStr("a token"), base=script.base, sleep=lambda _: None, now=lambda: NOW, **given
    )


def every(read):
    """All answers over all pages."""
    found, cursor = [], None
    while True:
        page = read(cursor)
        found += page.answers
        if page.cursor is None:
            return found
        cursor = page.cursor


def answered(value, low, high):
    return SurveyAnswer(Fraction(value), Fraction(low), Fraction(high))


def test_the_export_becomes_headers(replies):
    """Solved and closed tickets that changed in the window; open ones, older ones and nonsense are not among them."""
    with serving({EXPORT: replies["export"]}) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
    assert [each.external_id for each in page.headers] == ["4101", "4102"]
    assert page.cursor is None
    assert page.unread == 1
    first, second = page.headers
    assert first.key == "zendesk:4101"
    assert first.subject == "Beans arrived stale"
    assert first.channel == "email"
    assert first.messages == ()
    assert first.url == "https://larkfield.zendesk.com/agent/tickets/4101"
    assert first.opened_at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert first.closed_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    assert first.agent == HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example")
    assert first.customer == Customer("9001", "Mira Holt", "mira.holt@mail.example")
    assert first.csat == answered(1, 0, 1)
    assert (first.first_response_seconds, first.first_response_basis) == (35 * 60, Basis.BUSINESS)
    assert (first.handle_seconds, first.handle_basis) == (None, None)
    assert first.reopens == 1
    assert first.tags == ("shipping", "beans")
    assert first.others == ()
    assert second.channel == "chat"
    assert second.csat is None
    assert second.others == ("71",), "a colleague opened it for the customer"
    assert second.closed_at == datetime(2026, 11, 2, 7, tzinfo=UTC), "solved, not closed four days later"


def test_it_asks_for_what_saves_calls(replies):
    """One call has users and metrics beside the tickets; a later page is asked for by its cursor, with the same."""
    first = {**replies["export"], "end_of_stream": False}
    with serving({EXPORT: [first, replies["export"]]}) as script:
        zendesk = desk(script)
        page = zendesk.list_closed(SINCE, UNTIL)
        assert zendesk.list_closed(SINCE, UNTIL, page.cursor).cursor is None
    one, two = script.asked
    assert one.query["start_time"] == str(int(SINCE.timestamp()))
    assert two.query["cursor"] == "MTc5"
    assert "start_time" not in two.query
    for asked in script.asked:
        assert asked.query["include"] == "users,metric_sets"
        assert asked.query["exclude_deleted"] == "true"


def test_a_ticket_solved_in_the_window_and_changed_after_it_is_not_lost(replies):
    """The export holds every ticket once, where it last changed: that may be behind the window's end."""
    with serving({EXPORT: replies["export"]}) as script:
        page = desk(script).list_closed(SINCE, datetime(2026, 11, 3, tzinfo=UTC))
    assert [each.external_id for each in page.headers] == ["4101", "4102"]


def test_one_clock_for_all_first_response_times(replies):
    """Business hours or calendar hours, as set; where Zendesk does not tell that one, nothing is known."""
    with serving({EXPORT: replies["export"]}) as script:
        business = desk(script).list_closed(SINCE, UNTIL).headers
        calendar = desk(script, hours=Basis.CALENDAR).list_closed(SINCE, UNTIL).headers
    assert [(each.first_response_seconds, each.first_response_basis) for each in business] == [
        (35 * 60, Basis.BUSINESS),
        (None, None),
    ]
    assert [(each.first_response_seconds, each.first_response_basis) for each in calendar] == [
        (95 * 60, Basis.CALENDAR),
        (12 * 60, Basis.CALENDAR),
    ]


def test_metrics_may_be_nested_or_missing(replies):
    """Without metrics the last change stands for the solving, and times and reopens are unknown, not zero."""
    export = copy.deepcopy(replies["export"])
    nested, bare = export["tickets"][:2]
    nested["metric_set"] = export["metric_sets"][0]
    del export["metric_sets"]
    with serving({EXPORT: export}) as script:
        first, second = desk(script).list_closed(SINCE, UNTIL).headers
    assert first.reopens == 1
    assert second.reopens is None
    assert second.closed_at == datetime(2026, 11, 6, 7, tzinfo=UTC)
    assert bare["updated_at"] == "2026-11-06T07:00:00Z"


@pytest.mark.parametrize("nonsense", [-1, 10**30, "soon", None, 1e308, [3]])
def test_measures_that_make_no_sense_are_unknown(replies, nonsense):
    """A number no database takes, a negative time, a word: unknown, and the ticket is still there."""
    export = copy.deepcopy(replies["export"])
    export["metric_sets"][0] |= {"reopens": nonsense, "reply_time_in_minutes": {"business": nonsense}}
    with serving({EXPORT: export}) as script:
        first = desk(script).list_closed(SINCE, UNTIL).headers[0]
    assert (first.reopens, first.first_response_seconds, first.first_response_basis) == (None, None, None)


def test_a_stream_that_neither_ends_nor_goes_on_is_no_reply(replies):
    """A page without a cursor that is not the last, or with the cursor it was asked by, never loops."""
    stuck = {**replies["export"], "end_of_stream": False}
    with serving({EXPORT: stuck}) as script, pytest.raises(Unavailable, match="repeats"):
        desk(script).list_closed(SINCE, UNTIL, "MTc5")
    with serving({EXPORT: {**stuck, "after_cursor": None}}) as script, pytest.raises(Unavailable):
        desk(script, attempts=1).list_closed(SINCE, UNTIL)


def test_a_ticket_with_its_comments(replies):
    """Private comments are notes, the system is a bot, files are named, and everybody keeps their id."""
    with serving(
        {
            "GET /api/v2/tickets/4101": replies["ticket"],
            "GET /api/v2/tickets/4101/comments": replies["comments"],
        }
    ) as script:
        found = desk(script).fetch("4101")
    assert [(each.author, each.author_id) for each in found.messages] == [
        (Author.CUSTOMER, "9001"),
        (Author.BOT, "-1"),
        (Author.NOTE, "72"),
        (Author.AGENT, "71"),
    ]
    assert found.messages[0].text.startswith("Hello, the Sumatra beans taste stale.")
    assert "[attachment: beans.jpg]" in found.messages[0].text
    assert "logo.png" not in found.messages[0].text, "it stands in the text as an image"
    assert found.messages[3].at == datetime(2026, 11, 2, 9, 35, tzinfo=UTC)
    assert found.participants == ("71", "72")
    assert found.first_response_seconds == 35 * 60
    assert found.reopens == 1


def test_comments_come_in_pages_and_in_order(replies):
    """All pages are read by their cursors; the oldest stands first whatever order they came in."""
    comments = replies["comments"]["comments"]
    first = {
        **replies["comments"],
        "comments": comments[2:],
        "meta": {"has_more": True, "after_cursor": "c2"},
    }
    second = {**replies["comments"], "comments": comments[:2]}
    with serving(
        {
            "GET /api/v2/tickets/4101": replies["ticket"],
            "GET /api/v2/tickets/4101/comments": [first, second],
        }
    ) as script:
        found = desk(script).fetch("4101")
    assert [each.author for each in found.messages] == [
        Author.CUSTOMER,
        Author.BOT,
        Author.NOTE,
        Author.AGENT,
    ]
    assert script.asked[-1].query["page[after]"] == "c2"


def test_whoever_left_the_team_stays_the_agent_of_what_they_solved(replies):
    """Zendesk makes an end user of them; as the ticket's assignee they still wrote as an agent."""
    shown = copy.deepcopy(replies["ticket"])
    shown["users"][0]["role"] = "end-user"
    with serving(
        {
            "GET /api/v2/tickets/4101": shown,
            "GET /api/v2/tickets/4101/comments": replies["comments"],
        }
    ) as script:
        found = desk(script).fetch("4101")
    assert found.messages[-1].author is Author.AGENT
    assert found.messages[0].author is Author.CUSTOMER


@pytest.mark.parametrize("external_id", ["", "12/comments", "../users", "12?x=1", "x"])
def test_an_id_that_is_no_number_is_asked_of_nobody(external_id):
    """Ids come from webhooks and files too: none may become another address."""
    with serving({}) as script:
        with pytest.raises(NotFound):
            desk(script).fetch(external_id)
        assert script.asked == []


def test_a_ticket_that_is_gone_is_not_found(replies):
    """404 says so, and so does its status."""
    deleted = copy.deepcopy(replies["ticket"])
    deleted["ticket"]["status"] = "deleted"
    for answers in ({}, {"GET /api/v2/tickets/4101": deleted}):
        with serving(answers) as script, pytest.raises(NotFound):
            desk(script).fetch("4101")


def test_both_kinds_of_csat_are_read(replies):
    """Good and bad are 1 and 0 of 0–1; a survey has its own scale, and counts by its word where that is gone."""
    answers = {
        RATINGS: replies["satisfaction_ratings"],
        RESPONSES: replies["survey_responses"],
        SURVEYS: replies["surveys"],
    }
    with serving(answers) as script:
        zendesk = desk(script)
        found = every(lambda cursor: zendesk.list_answers(SINCE, UNTIL, cursor))
    assert found == [
        Surveyed("4101", csat=answered(1, 0, 1)),
        Surveyed("4102", csat=answered(0, 0, 1)),
        Surveyed("4101", csat=answered(4, 1, 5)),
        Surveyed("4102", csat=answered(1, 0, 2)),
    ]
    older, newer = script.asked[0].query, script.asked[1].query
    assert older["start_time"] == str(int(SINCE.timestamp()))
    assert older["score"] == "received"
    assert newer["filter[created_at_end]"] == str(int(UNTIL.timestamp()) * 1000)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_the_csat_that_is_not_active_has_nothing_to_tell(replies, status):
    """An account has one of the two: a refusal of the other is no fault, and no answer either."""
    refusal = Answer(status=status)
    with serving({RATINGS: refusal, RESPONSES: replies["survey_responses"], SURVEYS: refusal}) as script:
        zendesk = desk(script)
        found = every(lambda cursor: zendesk.list_answers(SINCE, UNTIL, cursor))
    assert found == [Surveyed("4101", csat=answered(2, 0, 2)), Surveyed("4102", csat=answered(1, 0, 2))]
    with serving({RATINGS: replies["satisfaction_ratings"], RESPONSES: refusal}) as script:
        zendesk = desk(script)
        assert len(every(lambda cursor: zendesk.list_answers(SINCE, UNTIL, cursor))) == 2


def test_answers_come_in_pages_and_scales_are_asked_for_once(replies):
    """The cursor remembers which of the two is being read; surveys are read again only for a new question."""
    more = {"has_more": True, "after_cursor": "x"}
    ratings = [{**replies["satisfaction_ratings"], "meta": more}, replies["satisfaction_ratings"]]
    responses = [{**replies["survey_responses"], "meta": more}, replies["survey_responses"]]
    with serving({RATINGS: ratings, RESPONSES: responses, SURVEYS: replies["surveys"]}) as script:
        zendesk = desk(script)
        assert len(every(lambda cursor: zendesk.list_answers(SINCE, UNTIL, cursor))) == 8
    assert script.paths == [RATINGS, RATINGS, RESPONSES, SURVEYS, RESPONSES]
    assert [each.query.get("page[after]") for each in script.asked] == [None, "x", None, None, "x"]


def test_the_roster_names_those_who_may_answer(replies):
    """No end users, nobody who left or is suspended; an unverified address finds nobody."""
    with serving({"GET /api/v2/users": replies["users"]}) as script:
        found = desk(script).agents()
    assert found == (
        HelpdeskAgent("71", "Jonas Reed", "jonas.reed@larkfield.example"),
        HelpdeskAgent("72", "Ada Moss", None),
    )
    assert script.asked[0].query["role[]"] == "admin"


def test_deleted_tickets_of_the_window(replies):
    """Newest first, so an older one ends the reading; in any other order all pages are read."""
    page = replies["deleted_tickets"]
    onward = {**page, "next_page": "https://larkfield.zendesk.com/api/v2/deleted_tickets?page=2"}
    shuffled = {**onward, "deleted_tickets": page["deleted_tickets"][::-1]}
    with serving({"GET /api/v2/deleted_tickets": [onward, shuffled, page]}) as script:
        zendesk = desk(script)
        assert zendesk.list_deleted(SINCE, UNTIL) == (("4090",), None)
        assert zendesk.list_deleted(SINCE, UNTIL) == (("4090",), "2")
        assert zendesk.list_deleted(SINCE, UNTIL, "2") == (("4090",), None)
    assert script.asked[-1].query["page"] == "2"


def test_an_api_token_with_an_address_or_an_oauth_token(replies):
    """With an e-mail it is basic authentication in Zendesk's form, without one a bearer token."""
    with serving({"GET /api/v2/users": replies["users"]}) as script:
        desk(script).agents()
        desk(script, email=None).agents()
    basic, bearer = (each.headers["authorization"] for each in script.asked)
    assert base64.b64decode(basic.removeprefix("Basic ")) == b"lead@larkfield.example/token:a token"
    assert bearer == "Bearer a token"


def signed(body, *, stamp="2026-11-07T00:01:00Z", secret=b"hook secret"):
    signature = base64.b64encode(hmac.digest(secret, stamp.encode() + body, "sha256")).decode()
    return {
        "x-zendesk-webhook-signature": signature,
        "x-zendesk-webhook-signature-timestamp": stamp,
    }


@pytest.mark.parametrize(
    ("told", "happening"),
    [
        ({"type": "zen:event-type:ticket.status_changed", "event": {"current": "SOLVED"}}, Happening.CLOSED),
        ({"type": "zen:event-type:ticket.status_changed", "event": {"current": "OPEN"}}, None),
        ({"type": "zen:event-type:ticket.soft_deleted"}, Happening.DELETED),
        ({"type": "zen:event-type:ticket.permanently_deleted"}, Happening.DELETED),
        ({"type": "zen:event-type:ticket.survey_response_submitted"}, Happening.RATED),
        ({"type": "zen:event-type:ticket.agent_assignment_changed"}, None),
        ({"ticket_id": "4101", "status": "Solved"}, Happening.CLOSED),
        ({"ticket_id": 4101}, Happening.CLOSED),
        ({"ticket_id": "4101", "status": "Pending"}, None),
    ],
)
def test_a_webhook_says_what_happened(told, happening):
    """Events and the bodies people write into triggers are both read; anything else says nothing."""
    body = json.dumps({"detail": {"id": "4101"}, **told}).encode()
    with serving({}) as script:
        found = desk(script).read_webhook(signed(body), body, url="https://iqs.example/hook", now=NOW)
    assert found == ((Event(happening, "4101"),) if happening else ())


def test_a_webhook_is_believed_only_with_its_signature_and_lately():
    """The time is part of what is signed; an empty body may be signed too, nonsense is refused."""
    body = b'{"ticket_id": 1}'
    with serving({}) as script:
        read = desk(script).read_webhook
        assert read(signed(b""), b"", url="", now=NOW) == ()
        later = {**signed(body), "x-zendesk-webhook-signature-timestamp": "2026-11-07T00:02:00Z"}
        for headers in ({}, later, signed(body, secret=b"other"), signed(body, stamp="yesterday")):
            with pytest.raises(NotAllowed):
                read(headers, body, url="", now=NOW)
        with pytest.raises(NotAllowed, match="too old"):
            read(signed(body), body, url="", now=NOW + timedelta(minutes=6))
        with pytest.raises(Invalid):
            read(signed(b"[1"), b"[1", url="", now=NOW)


def test_it_waits_as_zendesk_tells():
    """Retry-After when it refuses; a pause near the end of the account's or the endpoint's minute."""
    assert wait(Reply(429, {"retry-after": "37"}), NOW) == 37
    assert wait(Reply(429, {}), NOW) is None
    assert wait(Reply(200, {}), NOW) is None
    assert (
        wait(
            Reply(200, {"ratelimit-limit": "700", "ratelimit-remaining": "699", "ratelimit-reset": "30"}), NOW
        )
        is None
    )
    assert (
        wait(Reply(200, {"ratelimit-limit": "700", "ratelimit-remaining": "5", "ratelimit-reset": "30"}), NOW)
        == 5
    )
    endpoint = {"zendesk-ratelimit-incremental-exports": "total=10; remaining=1; resets=40"}
    assert wait(Reply(200, endpoint), NOW) == 20
    assert wait(Reply(200, {"zendesk-ratelimit-incremental-exports": "soon"}), NOW) is None


def test_it_can_what_it_says():
    """Late ratings, agents, deletions and webhooks; no key of ours ever shows in a repr."""
    with serving({}) as script:
        zendesk = desk(script)
    assert all(isinstance(zendesk, each) for each in (Surveys, Roster, Deletions, Webhooks))
    assert "a token" not in repr(vars(zendesk))
    assert zendesk.source == "zendesk"
    with pytest.raises(Invalid):
        Zendesk("evil.example/", SecretStr("a token"))
