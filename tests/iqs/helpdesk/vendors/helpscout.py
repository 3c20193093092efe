"""Help Scout's replies, written after developer.helpscout.com (Inbox API 2.0, threads 3.0)."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pydantic import SecretStr

from iqs.helpdesk.helpscout import HelpScout
from tests.iqs.helpdesk.standin import Answer, Vendor

USERS = {101: "ada@example.com", 102: "ben@example.com", 103: "cleo@example.com"}
CLOSED = datetime(2026, 11, 11, 10, tzinfo=UTC)


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def person(kind, number, first, last, email):
    return {"id": number, "type": kind, "first": first, "last": last, "photoUrl": "", "email": email}


def staff(number):
    return person("user", number, USERS[number].partition("@")[0].title(), "Team", USERS[number])


def customer(number):
    return person("customer", 5000 + number, "Bo", "Lind", "bo@example.org")


def entry(number, agent):
    closed = CLOSED + timedelta(hours=number)
    return {
        "id": 8000 + number,
        "number": 300 + number,
        "threads": 4,
        "type": "email" if number % 2 else "chat",
        "folderId": 11,
        "status": "closed",
        "state": "published",
        "subject": f"Parcel {number}",
        "preview": "Where is my parcel?",
        "mailboxId": 85,
        "assignee": staff(agent),
        "createdBy": customer(number),
        "createdAt": stamp(closed - timedelta(hours=2)),
        "closedBy": agent,
        "closedAt": stamp(closed),
        "userUpdatedAt": stamp(closed + timedelta(minutes=1)),
        "customerWaitingSince": {"time": stamp(closed), "friendly": "now"},
        "source": {"type": "email", "via": "customer"},
        "tags": [{"id": 9, "color": "#929499", "tag": "refund"}],
        "cc": [],
        "bcc": [],
        "primaryCustomer": customer(number),
        "customFields": [],
        "_embedded": {"threads": []},
        "_links": {"self": {"href": f"https://api.helpscout.net/v2/conversations/{8000 + number}"}},
    }


def thread(number, kind, by, body, at, files=()):
    return {
        "id": number,
        "type": kind,
        "status": "active",
        "state": "published",
        "action": {"type": "default", "text": "", "associatedEntities": {}},
        "body": body,
        "source": {"type": "web", "via": "user"},
        "createdBy": by,
        "assignedTo": None,
        "savedReplyId": 0,
        "to": [],
        "cc": [],
        "bcc": [],
        "createdAt": stamp(at),
        "_embedded": {"attachments": [{"id": 1, "filename": name, "size": 10} for name in files]},
    }


class _HelpScout(Vendor):
    name = "helpscout"

    def __init__(self):
        self.entries = [entry(number, list(USERS)[number % 3]) for number in range(7)]
        self._begins = {}  # the number of the page that a time begins with

    def connect(self, base, **settings):
        return HelpScout("app", SecretStr("token-of-nobody"), base=base, **settings)

    def page_of(self, request):
        if request.path != "/v2/conversations":
            return None
        return self._begins.get(request.query["modifiedSince"], 0) + int(request.query["page"]) - 1

    def page(self, entries, following, request):
        number = int(request.query["page"])
        times = [each.get("userUpdatedAt") for each in entries if isinstance(each, dict) and each["id"]]
        if following is not None and times and all(one <= two for one, two in pairwise(times)):
            self._begins[times[-1]] = following
        pages = {"size": 25, "totalElements": 7, "totalPages": number + (following is not None)}
        frame = {"_embedded": {"conversations": entries}} if entries else {}
        return Answer({**frame, "_links": {}, "page": {**pages, "number": number}})

    def answer(self, request):
        if request.path == "/v2/oauth2/token":
            return Answer({"token_type": "bearer", "access_token": "short-lived", "expires_in": 172_800})
        if request.headers.get("authorization") != "Bearer short-lived":
            return Answer({"error": "invalid_token"}, status=401)
        version, _, number = request.path.partition("/conversations/")
        for each in self.entries:
            if version == "/v2" and number == str(each["id"]):
                return Answer(each)
            if version == "/v3" and number == f"{each['id']}/threads":
                return self._threads(each, int(request.query["page"]))
        users = [
            {"id": number, "firstName": "A", "lastName": "B", "email": email, "type": "user"}
            for number, email in USERS.items()
        ]
        rating = {"id": 8002, "number": 302, "ratingId": 3, "ratingCreatedAt": "2026-11-12T08:00:00Z"}
        found = {
            "/v2/users": {"_embedded": {"users": users}, "page": {"number": 1, "totalPages": 1}},
            "/v2/reports/happiness/ratings": {"results": [rating], "page": 1, "count": 1, "pages": 1},
        }.get(request.path)
        return Answer(found) if found else Answer({"message": "Not Found"}, status=404)

    def throttled(self, now):
        return Answer({"error": "throttled"}, status=429, headers={"X-RateLimit-Retry-After": "2"})

    def older(self, entry):
        before = deepcopy(entry)
        earlier = datetime.fromisoformat(entry["userUpdatedAt"]) - timedelta(minutes=30)
        before |= {"userUpdatedAt": stamp(earlier), "subject": "What was I to ask", "tags": []}
        return before

    def _threads(self, told, number):
        """Two pages, newest first: the agent's answer, a note of another agent, an AI's answer, a line of history."""
        start = datetime.fromisoformat(told["createdAt"])
        agent = told["assignee"]["id"]
        other = 103 if agent != 103 else 101
        bo = told["primaryCustomer"]
        fin = person("system_user", 7, "AI", "Answers", "")
        said = [
            thread(5, "customer", bo, "Thank you, write to bo@example.org", start + timedelta(minutes=40)),
            thread(4, "note", staff(other), "Lost in Ghent, refund it", start + timedelta(minutes=12)),
            thread(3, "message", staff(agent), "<p>On its way.</p>", start + timedelta(minutes=10)),
            thread(6, "lineitem", staff(agent), None, start + timedelta(minutes=9)),
            thread(2, "message", fin, "<p>Have you tried waiting?</p>", start + timedelta(minutes=1)),
            thread(1, "customer", bo, f"<p>{told['subject']}?</p>", start, files=["photo.png"]),
        ]
        page = {"size": 3, "totalElements": 6, "totalPages": 2, "number": number}
        return Answer({"_embedded": {"threads": said[:3] if number == 1 else said[3:]}, "page": page})


VENDOR = _HelpScout()
