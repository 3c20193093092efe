"""A helpdesk in memory, for tests of what is done with one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.errors import NotFound
from iqs.helpdesk.base import Page, Surveyed, SurveyPage

CLOSED = datetime(2026, 11, 11, 10, tzinfo=UTC)


def talk(number, agent="h1", *, others=(), **told):
    """A whole conversation, `others` having written a note in it."""
    messages = (
        Message(Author.CUSTOMER, f"Question {number}", CLOSED - timedelta(hours=2), "c1"),
        Message(Author.AGENT, f"Answer {number}", CLOSED - timedelta(hours=1), agent),
        *(Message(Author.NOTE, "Let me look", CLOSED, other) for other in others),
    )
    closed = CLOSED + timedelta(hours=number)
    made = Conversation(
        "desk", str(number), "email", messages,
        subject=f"Subject {number}", url=f"https://desk.example/{number}", opened_at=closed - timedelta(hours=2),
        closed_at=closed, agent=HelpdeskAgent(agent, "Ada"), customer=Customer("c1", "Bo Lind"), updated_at=closed,
    )  # fmt: skip
    return replace(made, **told)


def stars(number):
    return SurveyAnswer(Fraction(number), Fraction(1), Fraction(5))


class Desk:
    """Pages of two, oldest first. `fails` raises instead of the next answers; `windows` were asked for."""

    source = "desk"

    def __init__(self, *conversations):
        self.conversations = {each.external_id: each for each in conversations}
        self.fails = []
        self.windows = []
        self.fetched = []

    def put(self, *conversations):
        self.conversations |= {each.external_id: each for each in conversations}

    def list_closed(self, since, until, cursor=None):
        self.windows.append((since, until, cursor))
        self._fail()
        listed = sorted(
            (each for each in self.conversations.values() if since <= each.updated_at < until),
            key=lambda each: (each.updated_at, each.external_id),
        )
        first = int(cursor or 0)
        headers = tuple(replace(each, messages=()) for each in listed[first : first + 2])
        return Page(headers, str(first + 2) if first + 2 < len(listed) else None, total=len(listed))

    def fetch(self, external_id):
        self.fetched.append(external_id)
        self._fail()
        if external_id not in self.conversations:
            raise NotFound("gone")
        return self.conversations[external_id]

    def _fail(self):
        error = self.fails.pop(0) if self.fails else None
        if error is not None:
            raise error


class SurveyDesk(Desk):
    """One that lists late answers too, and what was deleted."""

    def __init__(self, *conversations):
        super().__init__(*conversations)
        self.answers = ()
        self.gone = ()
        self.asked = []

    def list_answers(self, since, until, cursor=None):
        self.asked.append((since, until))
        return SurveyPage(tuple(Surveyed(name, csat=csat) for name, csat in self.answers), None)

    def list_deleted(self, since, until, cursor=None):
        return tuple(self.gone), None
