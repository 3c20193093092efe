"""Gorgias' replies, written after developers.gorgias.com (2026); its times carry no zone."""

from copy import deepcopy
from datetime import datetime, timedelta

from pydantic import SecretStr

from iqs.helpdesk.gorgias import Gorgias
from tests.iqs.helpdesk.standin import Answer, Vendor

USERS = {101: "ada@example.com", 102: "ben@example.com", 103: "cleo@example.com"}
CLOSED = datetime(2026, 11, 11, 10, 0, 0, 120_000)  # noqa: DTZ001 - no zone, as Gorgias has it


def person(number):
    name = USERS[number].partition("@")[0].title()
    return {"id": number, "email": USERS[number], "name": name, "firstname": name, "lastname": "", "meta": {}}


def customer(number):
    return {
        "id": 5000 + number,
        "email": "bo@example.org",
        "name": "Bo Lind",
        "firstname": "Bo",
        "lastname": "Lind",
    }


def entry(number, assignee):
    closed = CLOSED - timedelta(hours=number)
    return {
        "id": 7000 + number,
        "uri": f"/api/tickets/{7000 + number}/",
        "external_id": None,
        "status": "closed",
        "priority": "normal",
        "channel": "email" if number % 2 else "chat",
        "via": "email",
        "from_agent": False,
        "spam": False,
        "customer": customer(number),
        "assignee_user": person(assignee),
        "assignee_team": None,
        "language": "en",
        "subject": f"Parcel {number}",
        "meta": {},
        "tags": [{"id": 9, "name": "refund", "uri": "/api/tags/9/", "decoration": None}],
        "messages_count": 4,
        "created_datetime": (closed - timedelta(hours=2)).isoformat(),
        "opened_datetime": (closed - timedelta(hours=1)).isoformat(),
        "updated_datetime": (closed + timedelta(minutes=1)).isoformat(),
        "closed_datetime": closed.isoformat(),
        "trashed_datetime": None,
        "snooze_datetime": None,
    }


def message(number, ticket, sender, body, at, *, from_agent, public=True, files=()):
    kind = "email" if public else "internal-note"
    return {
        "id": number,
        "uri": f"/api/tickets/{ticket}/messages/{number}/",
        "ticket_id": ticket,
        "public": public,
        "channel": kind,
        "via": "helpdesk",
        "source": {"type": kind, "from": {"name": "", "address": ""}, "to": []},
        "sender": {"id": sender},
        "receiver": None,
        "rule_id": None,
        "from_agent": from_agent,
        "subject": "Parcel",
        "body_text": body,
        "body_html": f"<div>{body}</div>",
        "stripped_text": body,
        "stripped_html": None,
        "attachments": [{"name": name, "content_type": "image/png", "size": 10} for name in files],
        "created_datetime": at.isoformat(),
        "sent_datetime": at.isoformat(),
        "failed_datetime": None,
        "deleted_datetime": None,
    }


def framed(entries, request, following=None):
    cursors = {"prev_cursor": None, "next_cursor": following and f"page-{following}"}
    return Answer({"data": entries, "object": "list", "uri": request.path, "meta": cursors})


class _Gorgias(Vendor):
    name = "gorgias"

    def __init__(self):
        self.entries = [entry(number, list(USERS)[number % 3]) for number in range(7)]

    def connect(self, base, **settings):
        return Gorgias(
            "larkfield", SecretStr("token-of-nobody"), email="lead@example.com", base=base, **settings
        )

    def page_of(self, request):
        if request.path != "/api/tickets" or request.query["trashed"] != "false":
            return None
        return int(request.query.get("cursor", "page-0").removeprefix("page-"))

    def page(self, entries, following, request):
        return framed(entries, request, following)

    def answer(self, request):
        ticket = request.query.get("ticket_id") or request.path.removeprefix("/api/tickets/")
        for each in self.entries:
            if str(each["id"]) == ticket:
                return self._messages(each, request) if request.path == "/api/messages" else Answer(each)
        users = [{**person(number), "active": True, "role": {"name": "agent"}} for number in USERS]
        survey = {
            "id": 1,
            "ticket_id": 7002,
            "score": 2,
            "created_datetime": "2026-11-11T10:05:00.000001",
            "scored_datetime": "2026-11-12T08:00:00.000001",
        }
        found = {"/api/users": users, "/api/satisfaction-surveys": [survey], "/api/tickets": self.entries}
        if request.path in found:
            return framed(found[request.path], request)
        return Answer({"error": {"msg": "Ticket does not exist."}}, status=404)

    def throttled(self, now):
        headers = {"Retry-after": "2", "X-Gorgias-Account-Api-Call-Limit": "40/40"}
        return Answer({"error": {"msg": "Too many requests."}}, status=429, headers=headers)

    def older(self, entry):
        before = deepcopy(entry)
        earlier = datetime.fromisoformat(entry["updated_datetime"]) - timedelta(minutes=30)
        before |= {"updated_datetime": earlier.isoformat(), "subject": "What was I to ask", "tags": []}
        return before

    def _messages(self, ticket, request):
        """Two pages, newest first: the agent's answer, a note of another agent."""
        start = datetime.fromisoformat(ticket["created_datetime"])
        agent, asks = ticket["assignee_user"]["id"], ticket["customer"]["id"]
        other = 103 if agent != 103 else 101
        where = f"Where is {ticket['subject']}?"

        def said(number, sender, body, minutes, **further):
            at = start + timedelta(minutes=minutes)
            return message(number, ticket["id"], sender, body, at, **further)

        listed = [
            said(4, asks, "Thank you, write to bo@example.org", 40, from_agent=False),
            said(3, other, "Lost in Ghent, refund it", 12, from_agent=True, public=False),
            said(2, agent, "On its way.", 10, from_agent=True),
            said(1, asks, where, 0, from_agent=False, files=["photo.png"]),
        ]
        first = "cursor" not in request.query
        return framed(listed[:2] if first else listed[2:], request, 1 if first else None)


VENDOR = _Gorgias()
