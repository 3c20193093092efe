"""Freshdesk's replies, written after developers.freshdesk.com/api (2026); its lists have no frame."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pydantic import SecretStr

from iqs.helpdesk.freshdesk import Freshdesk
from tests.iqs.helpdesk.standin import Answer, Vendor

AGENTS = {101: "ada@example.com", 102: "ben@example.com", 103: "cleo@example.com"}
RESOLVED = datetime(2026, 11, 11, 10, tzinfo=UTC)


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(number, responder):
    resolved = RESOLVED + timedelta(hours=number)
    return {
        "id": 6000 + number,
        "subject": f"Parcel {number}",
        "status": 5 if number % 3 else 4,
        "priority": 1,
        "source": 1 if number % 2 else 7,
        "type": "Question",
        "requester_id": 5000 + number,
        "responder_id": responder,
        "group_id": 9,
        "company_id": None,
        "cc_emails": [],
        "spam": False,
        "due_by": stamp(resolved + timedelta(days=2)),
        "tags": ["refund"],
        "custom_fields": {},
        "created_at": stamp(resolved - timedelta(hours=2)),
        "updated_at": stamp(resolved + timedelta(minutes=1)),
        "requester": {"id": 5000 + number, "name": "Bo Lind", "email": "bo@example.org", "phone": None},
        "stats": {
            "agent_responded_at": stamp(resolved - timedelta(minutes=110)),
            "requester_responded_at": stamp(resolved - timedelta(minutes=80)),
            "first_responded_at": stamp(resolved - timedelta(minutes=110)),
            "status_updated_at": stamp(resolved),
            "reopened_at": None,
            "resolved_at": stamp(resolved),
            "closed_at": stamp(resolved + timedelta(days=1)) if number % 3 else None,
            "pending_since": None,
        },
    }


def reply(number, ticket, author, body, at, *, incoming=False, private=False):
    return {
        "id": number,
        "ticket_id": ticket,
        "user_id": author,
        "incoming": incoming,
        "private": private,
        "source": 2 if private else 0,
        "body": f"<div>{body}</div>",
        "body_text": body,
        "support_email": None,
        "to_emails": [],
        "from_email": None,
        "attachments": [],
        "created_at": stamp(at),
        "updated_at": stamp(at),
    }


class _Freshdesk(Vendor):
    name = "freshdesk"

    def __init__(self):
        self.entries = [entry(number, list(AGENTS)[number % 3]) for number in range(7)]
        self._begins = {}  # the number of the page that a time begins with

    def connect(self, base, **settings):
        return Freshdesk("larkfield", SecretStr("token-of-nobody"), base=base, **settings)

    def page_of(self, request):
        if request.path != "/api/v2/tickets" or "filter" in request.query:
            return None
        return self._begins.get(request.query["updated_since"], 0) + int(request.query["page"]) - 1

    def page(self, entries, following, request):
        times = [each.get("updated_at") for each in entries if isinstance(each, dict) and each["id"]]
        if following is not None and times and all(one <= two for one, two in pairwise(times)):
            before = datetime.fromisoformat(times[-1]) - timedelta(seconds=1)
            self._begins[stamp(before)] = following
        link = {} if following is None else {"Link": f'<https://x.freshdesk.com{request.path}>; rel="next"'}
        return Answer(entries, headers=link)

    def answer(self, request):
        number, _, rest = request.path.removeprefix("/api/v2/tickets/").partition("/")
        for each in self.entries:
            if str(each["id"]) == number:
                return self._replies(each, request) if rest else Answer(self._whole(each))
        agents = [
            {
                "id": number,
                "available": True,
                "occasional": False,
                "type": "support_agent",
                "contact": {"active": True, "email": email, "name": email.partition("@")[0].title()},
            }
            for number, email in AGENTS.items()
        ]
        rating = {
            "id": 1,
            "ticket_id": 6002,
            "ratings": {"default_question": 103},
            "created_at": "2026-11-12T08:00:00Z",
        }
        found = {
            "/api/v2/agents": agents,
            "/api/v2/surveys/satisfaction_ratings": [rating],
            "/api/v2/tickets": [],
        }
        return Answer(found.get(request.path), status=200 if request.path in found else 404)

    def throttled(self, now):
        return Answer({"message": "rate limit"}, status=429, headers={"Retry-After": "2"})

    def older(self, entry):
        before = deepcopy(entry)
        earlier = datetime.fromisoformat(entry["updated_at"]) - timedelta(minutes=30)
        before |= {"updated_at": stamp(earlier), "subject": "What was I to ask", "tags": []}
        return before

    def _whole(self, ticket):
        where = f"Where is {ticket['subject']}?"
        files = [{"id": 1, "name": "photo.png", "content_type": "image/png", "size": 10}]
        text = {"description": f"<div>{where}</div>", "description_text": where, "attachments": files}
        return {**ticket, **text}

    def _replies(self, ticket, request):
        """Two pages: the agent's answer, a note of another agent, the customer's thanks."""
        start = datetime.fromisoformat(ticket["created_at"])
        agent, asks = ticket["responder_id"], ticket["requester_id"]
        other = 103 if agent != 103 else 101
        said = [
            reply(1, ticket["id"], agent, "On its way.", start + timedelta(minutes=10)),
            reply(2, ticket["id"], other, "Lost in Ghent", start + timedelta(minutes=12), private=True),
            reply(
                3,
                ticket["id"],
                asks,
                "Thank you, bo@example.org",
                start + timedelta(minutes=40),
                incoming=True,
            ),
        ]
        if request.query["page"] == "1":
            return Answer(said[:2], headers={"Link": '<https://x.freshdesk.com/next>; rel="next"'})
        return Answer(said[2:])


VENDOR = _Freshdesk()
