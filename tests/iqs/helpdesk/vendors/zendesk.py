"""Zendesk's replies, written after developer.zendesk.com."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from iqs.helpdesk.zendesk import Zendesk
from tests.iqs.helpdesk.standin import Answer, Vendor

AGENTS = {101: "ada@example.com", 102: "ben@example.com", 103: "cleo@example.com"}
SOLVED = datetime(2026, 11, 11, 10, tzinfo=UTC)


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(number, agent):
    solved = SOLVED + timedelta(hours=number)
    return {
        "url": f"https://larkfield.zendesk.com/api/v2/tickets/{7000 + number}.json",
        "id": 7000 + number,
        "external_id": None,
        "via": {
            "channel": "email" if number % 2 else "native_messaging",
            "source": {"from": {}, "to": {}, "rel": None},
        },
        "created_at": stamp(solved - timedelta(hours=2)),
        "updated_at": stamp(solved + timedelta(minutes=1)),
        "generated_timestamp": int((solved + timedelta(minutes=1)).timestamp()),
        "type": "question",
        "subject": f"Parcel {number}",
        "raw_subject": f"Parcel {number}",
        "description": f"Where is parcel {number}?",
        "priority": "normal",
        "status": "closed" if number % 3 else "solved",
        "requester_id": 5000 + number,
        "submitter_id": 5000 + number,
        "assignee_id": agent,
        "group_id": 9,
        "collaborator_ids": [],
        "tags": ["refund"],
        "custom_fields": [],
        "satisfaction_rating": {"score": "good" if number % 2 else "unoffered"},
        "is_public": True,
    }


def metrics(ticket):
    minutes = {"calendar": 90, "business": 10 + ticket["id"] % 10}
    return {
        "id": ticket["id"] * 10,
        "ticket_id": ticket["id"],
        "reopens": 1,
        "replies": 1,
        "reply_time_in_minutes": minutes,
        "solved_at": stamp(datetime.fromisoformat(ticket["updated_at"]) - timedelta(minutes=1)),
    }


def user(number, email=None):
    return {
        "id": number,
        "name": email.partition("@")[0].title() if email else "Bo Lind",
        "email": email or "bo@example.org",
        "role": "agent" if email else "end-user",
        "verified": bool(email),
        "active": True,
        "suspended": False,
    }


def comment(number, author, body, at, *, public=True, files=()):
    return {
        "id": number,
        "type": "Comment",
        "author_id": author,
        "body": body,
        "html_body": f'<div class="zd-comment" dir="auto"><p>{body}</p></div>',
        "plain_body": body,
        "public": public,
        "attachments": [{"id": 1, "file_name": name, "inline": False} for name in files],
        "audit_id": number * 7,
        "via": {"channel": "web"},
        "created_at": stamp(at),
        "metadata": {"system": {}, "custom": {}},
    }


class _Zendesk(Vendor):
    name = "zendesk"

    def __init__(self):
        self.entries = [entry(number, list(AGENTS)[number % 3]) for number in range(7)]

    def connect(self, base, **settings):
        return Zendesk(
            "larkfield", SecretStr("token-of-nobody"), email="lead@example.com", base=base, **settings
        )

    def page_of(self, request):
        if request.path != "/api/v2/incremental/tickets/cursor":
            return None
        return int(request.query.get("cursor", "page-0").removeprefix("page-"))

    def page(self, entries, following, request):
        tickets = [each for each in entries if isinstance(each, dict) and each.get("id")]
        asked = self.page_of(request)
        onward = f"page-{asked if following is None else following}"
        return Answer(
            {
                "tickets": entries,
                "users": [*self._agents(), *(user(each["requester_id"]) for each in tickets)],
                "metric_sets": [metrics(each) for each in tickets],
                "after_url": f"https://larkfield.zendesk.com{request.path}?cursor={onward}",
                "after_cursor": onward,
                "before_url": None,
                "before_cursor": None,
                "end_of_stream": following is None,
            }
        )

    def answer(self, request):
        number, _, rest = request.path.removeprefix("/api/v2/tickets/").partition("/")
        ticket = next((each for each in self.entries if str(each["id"]) == number), None)
        if ticket is not None:
            users = [*self._agents(), user(ticket["requester_id"])]
            if rest == "comments":
                return self._comments(ticket, users, request)
            return Answer({"ticket": ticket, "users": users, "metric_sets": [metrics(ticket)]})
        last = {"has_more": False, "after_cursor": None, "before_cursor": None}
        found = {
            "/api/v2/users": {"users": self._agents(), "meta": last},
            "/api/v2/satisfaction_ratings": {
                "satisfaction_ratings": [
                    {"id": 1, "ticket_id": 7002, "score": "bad", "created_at": "2026-11-12T08:00:00Z"}
                ],
                "meta": last,
            },
            "/api/v2/deleted_tickets": {"deleted_tickets": [], "next_page": None},
        }.get(request.path)
        return (
            Answer(found)
            if found
            else Answer({"error": "RecordNotFound", "description": "Not found"}, status=404)
        )

    def throttled(self, now):
        return Answer({"error": "TooManyRequests"}, status=429, headers={"Retry-After": "2"})

    def older(self, entry):
        before = deepcopy(entry)
        earlier = datetime.fromisoformat(entry["updated_at"]) - timedelta(minutes=30)
        before |= {
            "updated_at": stamp(earlier),
            "generated_timestamp": int(earlier.timestamp()),
            "subject": "What was I to ask",
            "tags": [],
            "satisfaction_rating": {"score": "offered"},
        }
        return before

    def _agents(self):
        return [user(number, email) for number, email in AGENTS.items()]

    def _comments(self, ticket, users, request):
        start = datetime.fromisoformat(ticket["created_at"])
        agent, customer = ticket["assignee_id"], ticket["requester_id"]
        other = 103 if agent != 103 else 101
        said = [
            comment(1, customer, f"Where is {ticket['subject']}?", start, files=["photo.png"]),
            comment(2, agent, "On its way.", start + timedelta(minutes=10)),
            comment(3, other, "Lost in Ghent, refund it", start + timedelta(minutes=12), public=False),
            comment(4, customer, "Thank you, write to bo@example.org", start + timedelta(minutes=40)),
        ]
        first = "page[after]" not in request.query
        meta = {"has_more": first, "after_cursor": "rest" if first else None}
        return Answer({"comments": said[:2] if first else said[2:], "users": users, "meta": meta})


VENDOR = _Zendesk()
