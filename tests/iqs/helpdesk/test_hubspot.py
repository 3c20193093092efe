"""HubSpot: threads, their history, who wrote it, CSAT and CES, and signed webhooks."""

import base64
import copy
import hmac
import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import SecretStr

from iqs.conversations import Author, Basis, Customer, HelpdeskAgent, SurveyAnswer
from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.helpdesk.base import Deletions, Event, Happening, Roster, Surveyed, Surveys, Webhooks
from iqs.helpdesk.http import Reply
from iqs.helpdesk.hubspot import Feedback, HubSpot
from iqs.helpdesk.hubspot.reading import wait
from tests.iqs.helpdesk.scripted import recorded, serving
from tests.iqs.helpdesk.specs import Spec
from tests.iqs.helpdesk.standin import Answer, Request

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 7, tzinfo=UTC)
NOW = datetime(2026, 11, 7, 0, 2, tzinfo=UTC)
V3 = "/conversations/v3/conversations"
THREADS = f"GET {V3}/threads"
THREAD = f"GET {V3}/threads/6100000001"
MESSAGES = f"{THREAD}/messages"
WHOLE = f"{THREAD}/messages/m7/original-content"
ACTORS = f"POST {V3}/actors/batch/read"
CHANNELS = f"GET {V3}/channels"
SEARCH = "POST /crm/v3/objects/feedback_submissions/search"


@pytest.fixture
def replies():
    return recorded("hubspot")


@pytest.fixture
def answers(replies):
    """What an account answers."""
    return {
        THREADS: replies["threads"],
        THREAD: replies["threads"]["results"][0],
        MESSAGES: [replies["messages"], replies["older_messages"]],
        WHOLE: replies["original_content"],
        ACTORS: replies["actors"],
        CHANNELS: replies["channels"],
    }


def desk(script, **given):
    given = {"client_secret": SecretStr("hook secret"), "portal": "42", **given}
    return HubSpot(SecretStr("a token"), base=script.base, sleep=lambda _: None, now=lambda: NOW, **given)


def answered(value, low, high):
    return SurveyAnswer(Fraction(value), Fraction(low), Fraction(high))


def test_closed_threads_become_headers(answers):
    """Closed in the window, however long ago their last message was; spam and earlier ones are passed over."""
    with serving(answers) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
    assert (page.cursor, page.unread) == ("NTI1", 0)
    first, second = page.headers
    assert first.key == "hubspot:6100000001"
    assert first.channel == "email"
    assert first.url == "https://app.hubspot.com/live-messages/42/inbox/6100000001"
    assert first.agent == HelpdeskAgent("A-71", "Jonas Reed", "jonas.reed@larkfield.example")
    assert first.customer == Customer("9001")
    assert first.closed_at == first.updated_at == datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    assert (first.first_response_seconds, first.csat, first.ces, first.reopens) == (None, None, None, None)
    assert (second.external_id, second.channel, second.agent) == ("6100000002", "chat", None), (
        "a bot is no agent"
    )
    assert script.asked[0].query == {
        "threadStatus": "CLOSED",
        "latestMessageTimestampAfter": "2026-10-18T00:00:00Z",
        "sort": "latestMessageTimestamp",
        "limit": "100",
    }
    assert script.asked[1].json == {"inputs": ["A-71", "B-5"]}


def test_pages_go_on_by_the_cursor_and_channels_are_asked_for_once(answers, replies):
    """`after` of one page is asked for the next; names of channels are HubSpot's and do not change."""
    last = {"results": replies["threads"]["results"][:1]}
    with serving({**answers, THREADS: [replies["threads"], last]}) as script:
        hubspot = desk(script)
        cursor = hubspot.list_closed(SINCE, UNTIL).cursor
        assert hubspot.list_closed(SINCE, UNTIL, cursor).cursor is None
    assert script.paths == [THREADS, ACTORS, CHANNELS, THREADS, ACTORS]
    assert script.asked[3].query["after"] == "NTI1"


def test_the_path_the_scan_and_the_link_are_settings(answers):
    """HubSpot calls v3 legacy; without an account's number there is no link to guess."""
    dated = {path.replace(V3, "/conversations/conversations/2026-09"): each for path, each in answers.items()}
    with serving(dated) as script:
        hubspot = desk(
            script,
            conversations="/conversations/conversations/2026-09/",
            rescan=timedelta(days=3),
            portal=None,
        )
        page = hubspot.list_closed(SINCE, UNTIL)
    assert [each.url for each in page.headers] == [None, None]
    assert script.asked[0].query["latestMessageTimestampAfter"] == "2026-10-29T00:00:00Z"


def test_a_thread_with_its_whole_history(answers):
    """Comments are notes, AI and welcomes are bots, what was cut is asked for, what was removed is not there."""
    with serving(answers) as script:
        found = desk(script).fetch("6100000001")
    assert [(each.author, each.author_id) for each in found.messages] == [
        (Author.BOT, "S-hubspot"),
        (Author.CUSTOMER, "V-9001"),
        (Author.CUSTOMER, None),
        (Author.BOT, "L-1"),
        (Author.NOTE, "A-72"),
        (Author.AGENT, "A-71"),
    ]
    assert "A fresh bag is on its way." in found.messages[5].text
    assert "[attachment: voucher.pdf]" in found.messages[5].text
    assert "mistake" not in "".join(each.text for each in found.messages)
    assert found.subject == "Beans arrived stale"
    assert found.customer == Customer("9001", "Mira Holt", "mira.holt@mail.example")
    assert (found.first_response_seconds, found.first_response_basis) == (95 * 60, Basis.COMPUTED)
    assert (found.handle_seconds, found.reopens) == (None, 1)
    assert found.participants == ("A-71", "A-72")
    assert script.paths.count(WHOLE) == 1


def test_a_cut_body_that_is_gone_stays_cut(answers):
    """What we have is what there is."""
    with serving({**answers, WHOLE: Answer(status=404)}) as script:
        found = desk(script).fetch("6100000001")
    assert found.messages[5].text.startswith("I am sorry, Mira…")


def test_actors_that_hubspot_does_not_name_are_known_by_their_letter(answers, replies):
    """A batch may leave some out: A- is an agent, V- and E- customers, B-, L-, I- and S- no people."""
    with serving({**answers, ACTORS: {**replies["actors"], "results": []}}) as script:
        found = desk(script).fetch("6100000001")
    assert [each.author for each in found.messages] == [
        Author.BOT,
        Author.CUSTOMER,
        Author.CUSTOMER,
        Author.BOT,
        Author.NOTE,
        Author.AGENT,
    ]
    assert found.agent == HelpdeskAgent("A-71")
    assert found.customer == Customer("9001")


@pytest.mark.parametrize("external_id", ["", "1/messages", "../owners", "m7", "٣"])
def test_an_id_that_is_no_number_is_asked_of_nobody(external_id):
    """Ids come from webhooks and files too: none may become another address."""
    with serving({}) as script:
        with pytest.raises(NotFound):
            desk(script).fetch(external_id)
        assert script.asked == []


def test_what_is_in_the_trash_is_not_found(answers):
    """So that its text is purged here too."""
    with (
        serving({**answers, THREAD: {**answers[THREAD], "archived": True}}) as script,
        pytest.raises(NotFound),
    ):
        desk(script).fetch("6100000001")


def test_csat_and_ces_find_their_thread(answers, replies):
    """By the ticket, to the thread that had begun by then; NPS, values off the scale and no ticket do not count."""
    with serving(
        {**answers, SEARCH: replies["submissions"], THREADS: replies["threads_of_ticket"]}
    ) as script:
        hubspot = desk(script)
        page = hubspot.list_answers(SINCE, UNTIL)
        asked_once = len(script.asked)
        assert hubspot.list_answers(SINCE, UNTIL) == page
        assert len(script.asked) == asked_once + 1, "a submission's thread is not asked for again"
    assert page.cursor is None
    assert page.answers == (
        Surveyed("6100000001", csat=answered(2, 0, 2)),
        Surveyed("6100000001", ces=answered(6, 1, 7)),
    )
    asked = script.asked[0].json
    assert asked["filterGroups"][0]["filters"][0] == {
        "propertyName": "hs_submission_timestamp",
        "operator": "GTE",
        "value": str(int((SINCE - timedelta(days=2)).timestamp()) * 1000),
    }
    assert (asked["after"], asked["limit"]) == ("0", 100)
    assert script.asked[1].query["associatedTicketId"] == "77"


def test_scales_and_properties_are_settings(answers, replies):
    """With a scale the value counts, without one the group does; the names are those of the account."""
    told = {"kind": "csat", "stars": "4", "when": "2026-11-03T08:00:00Z", "case": "77"}
    found = {"results": [{**replies["submissions"]["results"][0], "properties": told}], "total": 1}
    ours = Feedback(kind="kind", value="stars", submitted_at="when", ticket="case", csat=(1, 5))
    with serving({**answers, SEARCH: found, THREADS: replies["threads_of_ticket"]}) as script:
        page = desk(script, feedback=ours).list_answers(SINCE, UNTIL)
    assert page.answers == (Surveyed("6100000001", csat=answered(4, 1, 5)),)
    assert script.asked[0].json["properties"] == ["kind", "stars", "hs_response_group", "when", "case"]


@pytest.mark.parametrize("status", [403, 404])
def test_an_account_without_surveys_is_told_how_to_go_on(status):
    """The sentence names the setting that ends the asking; with it nothing is asked."""
    with serving({SEARCH: Answer(status=status)}) as script:
        with pytest.raises(Invalid, match="HUBSPOT_SURVEYS=off"):
            desk(script).list_answers(SINCE, UNTIL)
        script.asked.clear()
        assert desk(script, surveys=False).list_answers(SINCE, UNTIL).answers == ()
        assert script.asked == []


@pytest.mark.parametrize("value", ["", "1e9999999", "-1e-9999999", "NaN", "٣", "9" * 50, None, [4], "0", "8"])
def test_a_value_off_its_scale_is_no_answer(answers, replies, value):
    """Nor is what only looks like a number: some would take minutes to work out."""
    found = copy.deepcopy(replies["submissions"])
    found["results"] = found["results"][1:2]
    found["results"][0]["properties"]["hs_value"] = value
    with serving({**answers, SEARCH: found, THREADS: replies["threads_of_ticket"]}) as script:
        assert desk(script).list_answers(SINCE, UNTIL).answers == ()


def test_a_ticket_without_a_thread_has_no_answer_for_us(answers, replies):
    """Surveys are sent about tickets that never were a conversation here, and about tickets that are gone."""
    for told in ({"results": []}, Answer(replies["not_found"], status=404)):
        with serving({**answers, SEARCH: replies["submissions"], THREADS: told}) as script:
            assert desk(script).list_answers(SINCE, UNTIL).answers == ()


def test_the_search_goes_on_beyond_ten_thousand(answers, replies):
    """HubSpot's search ends there, so the next page begins at the last moment seen."""
    onward = {**replies["submissions"], "paging": {"next": {"after": "9950"}}}
    with serving({**answers, SEARCH: onward, THREADS: replies["threads_of_ticket"]}) as script:
        hubspot = desk(script)
        cursor = hubspot.list_answers(SINCE, UNTIL).cursor
        assert json.loads(cursor) == [int(datetime(2026, 11, 3, 12, tzinfo=UTC).timestamp()) * 1000, "0"]
        hubspot.list_answers(SINCE, UNTIL, cursor)
    again = [each for each in script.asked if each.path.endswith("/search")][-1].json
    assert again["filterGroups"][0]["filters"][0]["value"] == str(json.loads(cursor)[0])
    near = {**onward, "paging": {"next": {"after": "100"}}}
    with serving({**answers, SEARCH: near, THREADS: replies["threads_of_ticket"]}) as script:
        cursor = desk(script).list_answers(SINCE, UNTIL).cursor
    assert json.loads(cursor) == [int((SINCE - timedelta(days=2)).timestamp()) * 1000, "100"]


def test_the_roster_has_the_ids_of_conversations(replies):
    """A user's number behind "A-", as threads are assigned; archived users and queues are left out."""
    with serving({"GET /crm/v3/owners": replies["owners"]}) as script:
        assert desk(script).agents() == (
            HelpdeskAgent("A-71", "Jonas Reed", "jonas.reed@larkfield.example"),
            HelpdeskAgent("A-72", "Ada", "ada.moss@larkfield.example"),
        )


def test_the_trash_is_what_was_deleted(replies):
    """Archived threads; one that says it is not is none, and neither is one that says nothing."""
    archived = [{**each, "archived": True} for each in replies["threads"]["results"][:2]]
    there = replies["threads"]["results"][2]
    silent = {name: value for name, value in there.items() if name != "archived"}
    told = {"results": [*archived, there, silent]}
    with serving({THREADS: told}) as script:
        assert desk(script).list_deleted(SINCE, UNTIL) == (("6100000001", "6100000002"), None)
    assert script.asked[0].query["archived"] == "true"


URL = "https://iqs.example/webhooks/hubspot"
STAMP = str(int((NOW - timedelta(minutes=1)).timestamp() * 1000))


def signed(body, *, stamp=STAMP, url=URL, secret=b"hook secret"):
    content = b"POST" + url.encode() + body + stamp.encode()
    signature = base64.b64encode(hmac.digest(secret, content, "sha256")).decode()
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp}


@pytest.mark.parametrize(
    ("told", "happening"),
    [
        (
            {
                "subscriptionType": "conversation.propertyChange",
                "propertyName": "status",
                "propertyValue": "CLOSED",
            },
            Happening.CLOSED,
        ),
        (
            {
                "subscriptionType": "conversation.propertyChange",
                "propertyName": "status",
                "propertyValue": "OPEN",
            },
            None,
        ),
        (
            {
                "subscriptionType": "conversation.propertyChange",
                "propertyName": "assignedTo",
                "propertyValue": "CLOSED",
            },
            None,
        ),
        ({"subscriptionType": "conversation.deletion"}, Happening.DELETED),
        ({"subscriptionType": "conversation.privacyDeletion"}, Happening.DELETED),
        ({"subscriptionType": "object.deletion", "objectTypeId": "0-11"}, Happening.DELETED),
        ({"subscriptionType": "object.deletion", "objectTypeId": "0-1"}, None),
        ({"subscriptionType": "contact.deletion"}, None),
    ],
)
def test_a_webhook_says_what_happened(told, happening):
    """Events come in batches; the same one twice is one."""
    body = json.dumps([{"objectId": 6100000001, **told}] * 2).encode()
    with serving({}) as script:
        found = desk(script).read_webhook(signed(body), body, url=URL, now=NOW)
    assert found == ((Event(happening, "6100000001"),) if happening else ())


def test_a_webhook_is_believed_only_with_its_signature_and_lately():
    """Address, body and time are signed; after five minutes it is a replay."""
    with serving({}) as script:
        read = desk(script).read_webhook
        assert read(signed(b"[]"), b"[]", url=URL, now=NOW) == ()
        encoded = "https://iqs.example/hook?back=https%3A%2F%2Fa.example%2Fb"
        decoded = "https://iqs.example/hook?back=https://a.example/b"
        assert read(signed(b"[]", url=decoded), b"[]", url=encoded, now=NOW) == ()
        moved = {**signed(b"[]"), "x-hubspot-request-timestamp": str(int(STAMP) + 1)}
        for headers in (
            {},
            moved,
            signed(b"[]", secret=b"other"),
            signed(b"[]", url=URL + "2"),
            signed(b"[]", stamp="x"),
        ):
            with pytest.raises(NotAllowed):
                read(headers, b"[]", url=URL, now=NOW)
        with pytest.raises(NotAllowed, match="too old"):
            read(signed(b"[]"), b"[]", url=URL, now=NOW + timedelta(minutes=5))
        with pytest.raises(Invalid):
            read(signed(b"{}"), b"{}", url=URL, now=NOW)


DESCRIBED = {
    "threads": (THREADS, "hubspot-conversations-v3.json"),
    "threads_of_ticket": (THREADS, "hubspot-conversations-v3.json"),
    "messages": (MESSAGES, "hubspot-conversations-v3.json"),
    "older_messages": (MESSAGES, "hubspot-conversations-v3.json"),
    "original_content": (WHOLE, "hubspot-conversations-v3.json"),
    "actors": (ACTORS, "hubspot-conversations-v3.json"),
    "channels": (CHANNELS, "hubspot-conversations-v3.json"),
    "submissions": (SEARCH, "hubspot-feedback-v3.json"),
}


@pytest.mark.parametrize("name", DESCRIBED)
def test_recorded_replies_are_as_described(name, replies, request):
    """What these tests are answered is what HubSpot's descriptions say."""
    folder = request.config.getoption("--helpdesk-specs")
    if folder is None:
        pytest.skip("not checked: no --helpdesk-specs=DIR with the vendors' OpenAPI descriptions")
    call, description = DESCRIBED[name]
    method, path = call.split()
    asked = Request(method, path, {}, {}, b"")
    assert Spec(Path(folder, description)).reply_faults(asked, Answer(replies[name])) == []


def test_it_waits_as_hubspot_tells():
    """The rest of its interval, an hour when the day is used up, a pause when little remains."""
    limits = {"x-hubspot-ratelimit-interval-milliseconds": "4000", "x-hubspot-ratelimit-max": "190"}
    assert wait(Reply(429, {}), NOW) == 10
    assert wait(Reply(429, limits), NOW) == 4
    assert wait(Reply(429, {**limits, "retry-after": "2"}), NOW) == 2
    assert wait(Reply(429, {**limits, "x-hubspot-ratelimit-daily-remaining": "0"}), NOW) == 3600
    assert wait(Reply(503, {}), NOW) is None
    assert wait(Reply(200, {**limits, "x-hubspot-ratelimit-remaining": "100"}), NOW) is None
    assert wait(Reply(200, {**limits, "x-hubspot-ratelimit-remaining": "3"}), NOW) == 1
    assert wait(Reply(200, {}), NOW) is None


def test_it_can_what_it_says(answers):
    """Late ratings, agents, deletions and webhooks; no key of ours ever shows in a repr."""
    with serving(answers) as script:
        hubspot = desk(script)
        hubspot.list_closed(SINCE, UNTIL)
    assert all(isinstance(hubspot, each) for each in (Surveys, Roster, Deletions, Webhooks))
    assert script.asked[0].headers["authorization"] == "Bearer a token"
    assert "a token" not in repr(vars(hubspot))
