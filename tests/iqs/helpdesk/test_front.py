"""Front: what is support and what is not, paging by token only, messages and comments, its tight limits."""

import itertools
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from iqs.conversations import Author, Basis, Customer, HelpdeskAgent
from iqs.errors import NotFound, Unavailable
from iqs.helpdesk import http
from iqs.helpdesk.base import Deletions, Relisting, Roster, Surveys, Webhooks
from iqs.helpdesk.front import Front
from iqs.helpdesk.front.reading import wait
from iqs.helpdesk.http import Reply
from tests.iqs.helpdesk.scripted import recorded, serving
from tests.iqs.helpdesk.standin import Answer

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 7, tzinfo=UTC)
NOW = datetime(2026, 11, 7, 0, 2, tzinfo=UTC)
LIST = "GET /conversations"
ONE = "GET /conversations/cnv_11"


@pytest.fixture
def replies():
    return recorded("front")


@pytest.fixture
def conversation(replies):
    """What answers for one conversation."""
    return {
        ONE: replies["conversations"]["_results"][0],
        f"{ONE}/messages": replies["messages"],
        f"{ONE}/comments": replies["comments"],
    }


def desk(script, **given):
    given = {"sleep": lambda _: None, "now": lambda: NOW, **given}
    return Front(SecretStr("front token"), base=script.base, **given)


def page_of(*moments, following=None):
    """Archived conversations that changed at these moments, as the list tells them."""
    listed = [
        {"id": f"cnv_{number}", "status": "archived", "updated_at": at.timestamp()}
        for number, at in enumerate(moments)
    ]
    onward = following and f"https://larkfield.api.frontapp.com/conversations?page_token={following}"
    return {"_results": listed, "_pagination": {"next": onward}}


def test_archived_conversations_become_headers(replies):
    """Archived or resolved, with a customer, in a shared inbox; what the list does not tell is None."""
    with serving({LIST: replies["conversations"]}) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
    assert [each.external_id for each in page.headers] == ["cnv_11", "cnv_12"]
    assert (page.cursor, page.unread) == ("second page", 1)
    first, second = page.headers
    assert first.key == "front:cnv_11"
    assert first.url == "https://app.frontapp.com/open/cnv_11"
    assert first.agent == HelpdeskAgent("tea_71", "Jonas Reed", "jonas.reed@larkfield.example")
    assert first.customer == Customer(None, "Mira Holt", "mira.holt@mail.example")
    assert first.tags == ("shipping",)
    assert first.opened_at == datetime(2026, 11, 2, 8, 0, 0, 250_000, tzinfo=UTC)
    assert first.closed_at == first.updated_at == datetime(2026, 11, 2, 10, 30, 0, 500_000, tzinfo=UTC)
    assert (first.csat, first.first_response_seconds, first.handle_seconds, first.reopens) == (None,) * 4
    assert (second.agent, second.customer) == (None, Customer(None, None, None)), "a number is no address"
    asked = script.asked[0]
    assert asked.query == {"q[statuses][]": "archived", "limit": "100"}
    assert asked.headers["authorization"] == "Bearer front token"


def test_of_the_next_page_s_address_only_the_token_is_used(replies):
    """It names another host: we do not go there, and our own question is asked again."""
    with serving({LIST: [replies["conversations"], page_of(UNTIL - timedelta(days=1))]}) as script:
        front = desk(script)
        assert front.list_closed(SINCE, UNTIL, front.list_closed(SINCE, UNTIL).cursor).cursor is None
    assert script.asked[1].query == {
        "q[statuses][]": "archived",
        "limit": "100",
        "page_token": "second page",
    }


def test_a_next_page_without_a_token_is_nonsense():
    """The page is asked for again rather than taken for the last one."""
    nonsense = {"_results": [], "_pagination": {"next": "https://api2.frontapp.com/conversations?page=2"}}
    with serving({LIST: [nonsense, page_of(SINCE)]}) as script:
        assert len(desk(script).list_closed(SINCE, UNTIL).headers) == 1
    with serving({LIST: nonsense}) as script, pytest.raises(Unavailable):
        desk(script, attempts=2).list_closed(SINCE, UNTIL)


def test_the_list_is_read_until_a_page_is_older():
    """One old entry among newer ones ends nothing: what "bumps" a conversation is the company's choice."""
    hour = timedelta(hours=1)
    pages = [
        page_of(UNTIL + hour, SINCE - hour, SINCE, following="two"),
        page_of(SINCE - hour, SINCE - 9 * hour, following="three"),
    ]
    with serving({LIST: pages}) as script:
        front = desk(script)
        first = front.list_closed(SINCE, UNTIL)
        second = front.list_closed(SINCE, UNTIL, first.cursor)
    assert [each.closed_at for each in first.headers] == [SINCE]
    assert (first.cursor, second.headers, second.cursor) == ("two", (), None)


def test_a_page_that_holds_nothing_of_ours_is_not_the_last():
    """An empty page with a next one goes on."""
    with serving({LIST: page_of(following="two")}) as script:
        page = desk(script).list_closed(SINCE, UNTIL)
    assert (page.headers, page.cursor) == ((), "two")


def test_a_conversation_with_messages_and_comments(conversation):
    """Comments are notes, rules are bots, drafts are not said; the channel is the first message's; oldest first."""
    with serving(conversation) as script:
        found = desk(script).fetch("cnv_11")
    assert [(each.author, each.author_id) for each in found.messages] == [
        (Author.CUSTOMER, None),
        (Author.CUSTOMER, None),
        (Author.BOT, "rul_3"),
        (Author.NOTE, "tea_72"),
        (Author.AGENT, "tea_71"),
        (Author.NOTE, None),
    ]
    assert found.messages[0].text == "The beans taste stale."
    assert found.messages[1].text == "Hello?\nAnybody?", "lines of a text without tags stay"
    assert "[attachment: batch.jpg]" in found.messages[3].text
    assert "I am sorry, Mira." in found.messages[4].text
    assert "[attachment: voucher.pdf]" in found.messages[4].text
    assert "logo.png" not in found.messages[4].text, "it stands in the text"
    assert found.channel == "email"
    assert (found.first_response_seconds, found.first_response_basis) == (4600, Basis.COMPUTED)
    assert found.participants == ("tea_71", "tea_72")


def test_an_answer_of_nobody_we_know_is_an_agent_s(conversation, replies):
    """An outgoing message without an author is said by the team; it has no author's id."""
    said = deepcopy(replies["messages"]["_results"][1])
    said["author"] = None
    answers = {**conversation, f"{ONE}/messages": {"_results": [said]}}
    with serving(answers) as script:
        found = desk(script).fetch("cnv_11")
    assert (found.messages[1].author, found.messages[1].author_id) == (Author.AGENT, None)
    assert (found.first_response_seconds, found.first_response_basis) == (None, None), "nobody asked first"


def test_what_was_said_among_colleagues_is_a_note(conversation, replies):
    """A message of the type "internal" never reached the customer, and tells no channel."""
    said = replies["messages"]["_results"][1]
    with serving({**conversation, f"{ONE}/messages": {"_results": [{**said, "type": "internal"}]}}) as script:
        found = desk(script).fetch("cnv_11")
    assert {each.author for each in found.messages} == {Author.NOTE}
    assert found.channel == "other"


def test_messages_come_in_pages_and_once(conversation, replies):
    """A message that came meanwhile pushes the last of a page onto the next."""
    said = replies["messages"]["_results"][1:5]
    onward = {"next": "https://larkfield.api.frontapp.com/x?page_token=two"}
    pages = [{"_results": said[:2], "_pagination": onward}, {"_results": said[1:]}]
    with serving({**conversation, f"{ONE}/messages": pages}) as script:
        found = desk(script).fetch("cnv_11")
    assert [each.author for each in found.messages if each.author is not Author.NOTE] == [
        Author.CUSTOMER,
        Author.CUSTOMER,
        Author.BOT,
        Author.AGENT,
    ]
    assert script.asked[2].query == {"limit": "100", "page_token": "two"}


def test_messages_without_an_end_are_left_for_another_time(conversation, replies, monkeypatch):
    """Page tokens that go round in a circle end in a sentence, not in asking for ever."""
    monkeypatch.setattr(http, "PAGES", 5)
    said = replies["messages"]["_results"][1:3]
    onward = ({"next": f"https://larkfield.api.frontapp.com/x?page_token={n % 2}"} for n in itertools.count())
    answers = {**conversation, f"{ONE}/messages": lambda _: {"_results": said, "_pagination": next(onward)}}
    with serving(answers) as script, pytest.raises(Unavailable, match="without an end"):
        desk(script).fetch("cnv_11")


@pytest.mark.parametrize("status", ["assigned", "unassigned"])
def test_a_conversation_that_was_opened_again_is_not_closed(conversation, status):
    """It has a text and no closing time."""
    with serving({**conversation, ONE: {**conversation[ONE], "status": status}}) as script:
        assert desk(script).fetch("cnv_11").closed_at is None


@pytest.mark.parametrize(
    "gone",
    [
        Answer(status=404),
        Answer(status=301, headers={"Location": "https://api2.frontapp.com/conversations/cnv_1"}),
        {"id": "cnv_11", "status": "deleted"},
    ],
    ids=["gone", "merged", "trash"],
)
def test_what_was_deleted_or_merged_is_not_found(gone):
    """So that its text is purged here too."""
    with serving({ONE: gone}) as script, pytest.raises(NotFound):
        desk(script).fetch("cnv_11")


def test_an_id_stays_within_its_path():
    """Whatever stands in the database is no way to another call."""
    with serving({}) as script, pytest.raises(NotFound):
        desk(script).fetch("../teammates?x=")
    assert script.asked[0].path == "/conversations/..%2Fteammates%3Fx%3D"


def test_the_roster_has_people(replies):
    """Neither rules nor who is blocked."""
    with serving({"GET /teammates": replies["teammates"]}) as script:
        assert desk(script).agents() == (
            HelpdeskAgent("tea_71", "Jonas Reed", "jonas.reed@larkfield.example"),
        )


def test_it_waits_as_front_tells():
    """Retry-After before the reset (a burst is shorter than the minute); the rest of a minute is spread."""
    reset = str(NOW.timestamp() + 30)
    assert wait(Reply(429, {"retry-after": "2", "x-ratelimit-reset": reset}), NOW) == 2
    assert wait(Reply(429, {"x-ratelimit-reset": reset}), NOW) == pytest.approx(30)
    assert wait(Reply(429, {}), NOW) is None
    told = {"x-ratelimit-limit": "50", "x-ratelimit-reset": reset}
    assert wait(Reply(200, {**told, "x-ratelimit-remaining": "20"}), NOW) is None
    assert wait(Reply(200, {**told, "x-ratelimit-remaining": "5"}), NOW) == pytest.approx(5)
    assert wait(Reply(200, {**told, "x-ratelimit-remaining": "0"}), NOW) == pytest.approx(30)


def test_it_can_what_it_says(replies):
    """Agents, and a list that is read again once a day; no ratings, deletions or webhooks. No token in a repr."""
    with serving({"GET /teammates": replies["teammates"]}) as script:
        front = desk(script)
        front.agents()
    assert isinstance(front, Roster)
    assert isinstance(front, Relisting)
    assert front.relists_every == timedelta(days=1)
    assert not any(isinstance(front, each) for each in (Surveys, Deletions, Webhooks))
    assert "front token" not in repr(vars(front))
