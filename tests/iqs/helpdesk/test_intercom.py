"""Intercom as its description says, and where it says nothing, safe either way."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from iqs.conversations import Author, Basis, HelpdeskAgent
from iqs.errors import Invalid
from iqs.helpdesk.http import Reply
from iqs.helpdesk.intercom.helpdesk import wait
from iqs.helpdesk.intercom.reading import PARTS
from tests.iqs.helpdesk.standin import StandIn, running
from tests.iqs.helpdesk.vendors import intercom as recorded

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


class Account(type(recorded.VENDOR)):
    """The recorded account, to be changed by a test; `parts` replaces a conversation's parts."""

    parts = None

    def answer(self, request):
        told = super().answer(request)
        if self.parts is not None and told.json.get("conversation_parts"):
            told.json["conversation_parts"]["conversation_parts"] = self.parts
        return told


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def desk(account):
    with running(StandIn(account, lambda: NOW, size=150)) as standin:
        yield standin


@pytest.fixture
def intercom(desk, account):
    return account.connect(desk.base, now=lambda: NOW, sleep=lambda _: None)


def headers(intercom, since=recorded.VENDOR.since, until=recorded.VENDOR.until):
    return {each.external_id: each for each in intercom.list_closed(since, until).headers}


def test_a_header_says_all_the_list_tells(intercom):
    """Who, when, how rated, how long, on which basis; the bot's rating stands apart."""
    header = headers(intercom)["9001"]
    assert header.agent == HelpdeskAgent("102", "Ben", "ben@example.com")
    assert (header.channel, header.subject) == ("chat", "Parcel 1 & refund")
    assert header.url == "https://app.intercom.com/a/inbox/abc123/inbox/conversation/9001"
    assert (header.csat.percent, header.bot_rating.percent) == (Fraction(75), Fraction(25))
    assert (header.first_response_seconds, header.first_response_basis) == (601, Basis.BUSINESS)
    assert (header.handle_seconds, header.handle_basis, header.reopens) == (900, Basis.CALENDAR, 1)
    assert (header.customer.id, header.customer.name, header.tags) == ("65f10001", "Bo Lind", ("refund",))
    assert header.closed_at == datetime.fromtimestamp(recorded.CLOSED + 3600, UTC)
    assert headers(intercom)["9002"].handle_seconds == 7000, "without the active time, all of it"


def test_the_search_is_bounded_at_both_ends_and_two_days_wider(intercom, desk):
    """Should Intercom cut times to days, nothing is missed; what it returns beyond the window is left out."""
    middle = datetime.fromtimestamp(recorded.CLOSED + 3 * 3600 + 60, UTC)
    assert sorted(headers(intercom, until=middle)) == ["9000", "9001", "9002"]
    assert sorted(headers(intercom, since=middle)) == ["9003", "9004", "9005", "9006"]
    low, high, state = desk.requests[0].json["query"]["value"]
    assert low == {
        "field": "updated_at", "operator": ">", "value": int((recorded.VENDOR.since - timedelta(days=2)).timestamp()),
    }  # fmt: skip
    assert high["value"] == int((middle + timedelta(days=2)).timestamp())
    assert state == {"field": "state", "operator": "=", "value": "closed"}
    assert desk.requests[0].headers["intercom-version"] == "2.15"
    assert desk.requests[0].headers["authorization"] == "Bearer token-of-nobody"


def test_what_was_opened_again_is_not_closed(intercom, account):
    """A search may lag behind: the state it returns counts."""
    account.entries[0]["state"] = "open"
    assert "9000" not in headers(intercom)


def test_nobody_assigned_is_the_only_one_who_wrote(intercom, account):
    """One teammate took part: theirs. Two: nobody's, until the text shows who answered most."""
    account.entries[0]["admin_assignee_id"] = None
    account.entries[1]["admin_assignee_id"] = None
    account.entries[1]["teammates"]["teammates"].append({"type": "admin", "id": "103"})
    found = headers(intercom)
    assert found["9000"].agent.id == "101"
    assert (found["9001"].agent, found["9001"].others) == (None, ("102", "103"))
    admin = recorded.admin_author("103")
    account.parts = [
        recorded.part(n, "comment", recorded.admin_author("102") if n == 1 else admin, "<p>Hi</p>", 1)
        for n in (1, 2, 3)
    ]
    assert intercom.fetch("9001").agent.email == "cleo@example.com"


def test_a_text_has_its_source_first_and_everybody_in_their_part(intercom):
    """Customer, bot, agent and note; what only happened is left out; files are named."""
    text = intercom.fetch("9001").messages
    assert [each.author for each in text] == [
        Author.CUSTOMER, Author.BOT, Author.AGENT, Author.NOTE, Author.CUSTOMER, Author.AGENT,
    ]  # fmt: skip
    assert text[0].text.startswith("Where is parcel 1?")
    assert "[attachment: photo.png]" in text[0].text
    assert [each.author_id for each in text[1:4]] == ["1", "102", "103"]
    assert text[2].at == datetime.fromtimestamp(recorded.CLOSED + 3600 - 7200 + 600, UTC)


def test_parts_nobody_knows_are_left_out_and_never_fatal(intercom, account):
    """Unknown kinds, authors, shapes; redacted ones say so; order is that of the times."""
    who = recorded.admin_author("101")
    account.parts = [
        recorded.part(3, "comment", {**who, "type": "alien"}, "<p>third</p>", 30),
        recorded.part(1, "comment", who, "<p>first</p>", 10),
        recorded.part(2, "hologram", who, "<p>never</p>", 20),
        None,
        {"part_type": 5},
        recorded.part(4, "comment", None, "<p>fourth</p>", 40),
        recorded.part(5, "comment", who, None, 50, redacted=True),
        recorded.part(6, "default_assignment", who, "<p>Please take it</p>", 60),
    ]
    said = [(each.author, each.text) for each in intercom.fetch("9000").messages[1:]]
    assert said == [
        (Author.AGENT, "first"),
        (Author.BOT, "third"),
        (Author.BOT, "fourth"),
        (Author.AGENT, "(removed in Intercom)"),
        (Author.NOTE, "Please take it"),
    ]


def test_the_end_of_what_is_handed_out_is_marked(intercom, account):
    """More than 500 parts: a note says how many are missing, after the first message."""
    account.parts = [
        recorded.part(n, "comment", recorded.admin_author("101"), "<p>x</p>", n) for n in range(PARTS)
    ]
    account.entries[0]["statistics"]["count_conversation_parts"] = 612
    text = intercom.fetch("9000").messages
    assert "112 parts are missing" in text[1].text
    assert (text[1].author, len(text)) == (Author.NOTE, PARTS + 2)


def test_nearly_nothing_is_enough(intercom, account):
    """Everything may be null but the id, the state and the time."""
    bare = {"type": "conversation", "id": 77, "state": "closed", "updated_at": recorded.CLOSED}
    nulls = {**dict.fromkeys(account.entries[0]), **bare}
    account.entries = [bare, {**nulls, "id": "78"}]
    found = headers(intercom)
    assert sorted(found) == ["77", "78"]
    assert found["77"].csat is None
    assert found["77"].first_response_basis is None
    assert intercom.fetch("78").messages == ()


def test_late_ratings_are_searched_by_their_own_time(intercom, desk):
    """Not by the conversation's."""
    page = intercom.list_answers(recorded.VENDOR.since, recorded.VENDOR.until)
    assert [(each.external_id, each.csat.value) for each in page.answers] == [("9000", 5)]
    assert desk.requests[-1].json["query"]["value"][0]["field"] == "conversation_rating.replied_at"


def test_an_id_is_never_a_path(intercom):
    """What a webhook names is put into an address: letters and digits only."""
    for nasty in ("../admins", "1?x=1", "", "1/2"):
        with pytest.raises(Invalid):
            intercom.fetch(nasty)


def test_teammates_are_asked_for_once_an_hour(intercom, desk):
    """And where the link needs it, who we are, once."""
    for _ in range(3):
        headers(intercom)
    asked = [each.path for each in desk.requests]
    assert (asked.count("/admins"), asked.count("/me")) == (1, 1)


def test_the_limit_is_told_by_reset_and_remaining():
    """429: until the reset and a second. Little left: what remains is spread. Plenty, or no word: no wait."""
    reset = str(int(NOW.timestamp()) + 8)
    told = {"x-ratelimit-limit": "1666", "x-ratelimit-reset": reset}
    assert wait(Reply(429, told), NOW) == 9.0
    assert wait(Reply(429, {}), NOW) is None
    assert wait(Reply(200, {**told, "x-ratelimit-remaining": "1000"}), NOW) is None
    assert wait(Reply(200, {**told, "x-ratelimit-remaining": "7"}), NOW) == 1.0
    assert wait(Reply(200, {}), NOW) is None
