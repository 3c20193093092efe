"""Front's replies, written after its Core API's OpenAPI description (2026)."""

from copy import deepcopy
from datetime import UTC, datetime

from pydantic import SecretStr

from iqs.helpdesk.front import Front
from tests.iqs.helpdesk.standin import Answer, Vendor

TEAMMATES = {"tea_101": "ada@example.com", "tea_102": "ben@example.com", "tea_103": "cleo@example.com"}
ARCHIVED = datetime(2026, 11, 11, 10, tzinfo=UTC).timestamp()
HOST = "https://larkfield.api.frontapp.com"


def teammate(number):
    name = TEAMMATES[number].partition("@")[0]
    return {
        "_links": {"self": f"{HOST}/teammates/{number}", "related": {}},
        "id": number,
        "email": TEAMMATES[number],
        "username": name,
        "first_name": name.title(),
        "last_name": "Moss",
        "license_type": "full",
        "is_admin": False,
        "is_available": True,
        "is_blocked": False,
        "type": "user",
        "custom_fields": {},
    }


def recipient(role="from"):
    return {
        "_links": {"related": {"contact": f"{HOST}/contacts/crd_1"}},
        "name": "Bo Lind",
        "handle": "bo@example.org",
        "role": role,
    }


def entry(number, assignee):
    archived = ARCHIVED - 3600 * number
    name = f"cnv_{8000 + number}"
    return {
        "_links": {"self": f"{HOST}/conversations/{name}", "related": {}},
        "id": name,
        "type": "conversation",
        "subject": f"Parcel {number}",
        "status": "archived",
        "ticket_ids": [],
        "assignee": teammate(assignee),
        "recipient": recipient(),
        "tags": [
            {
                "_links": {"self": f"{HOST}/tags/tag_1", "related": {}},
                "id": "tag_1",
                "name": "refund",
                "description": None,
                "highlight": None,
                "is_private": False,
                "is_visible_in_conversation_lists": True,
            }
        ],
        "links": [],
        "custom_fields": {},
        "created_at": archived - 7200.25,
        "updated_at": archived + 0.5,
        "is_private": False,
        "scheduled_reminders": [],
        "metadata": {},
    }


def message(number, body, at, author=None, files=()):
    told = {
        "_links": {"self": f"{HOST}/messages/msg_{number}", "related": {}},
        "id": f"msg_{number}",
        "message_uid": f"uid{number}",
        "type": "email",
        "is_inbound": author is None,
        "draft_mode": None,
        "error_type": None,
        "version": "1",
        "created_at": at,
        "subject": "Parcel",
        "blurb": body,
        "recipients": [recipient("from" if author is None else "to")],
        "body": f"<p>{body}</p>",
        "text": body,
        "attachments": [
            {
                "id": f"fil_{name}",
                "filename": name,
                "url": f"{HOST}/download/fil_1",
                "content_type": "image/png",
                "size": 10,
                "metadata": {"is_inline": False},
            }
            for name in files
        ],
        "metadata": {},
    }
    del told["error_type"]  # described as text; absent where nothing failed
    return told if author is None else {**told, "author": teammate(author)}


def comment(number, body, at, author):
    return {
        "_links": {"self": f"{HOST}/comments/com_{number}", "related": {}},
        "id": f"com_{number}",
        "author": teammate(author),
        "body": body,
        "posted_at": at,
        "attachments": [],
        "is_pinned": False,
    }


class _Front(Vendor):
    name = "front"
    specs = ("front-core-api.json",)

    def __init__(self):
        self.entries = [entry(number, list(TEAMMATES)[number % 3]) for number in range(7)]

    def connect(self, base, **settings):
        return Front(SecretStr("token-of-nobody"), base=base, **settings)

    def page_of(self, request):
        if request.path != "/conversations":
            return None
        return int(request.query.get("page_token", "page-0").removeprefix("page-"))

    def page(self, entries, following, request):
        return Answer(self._framed(entries, following, request))

    def answer(self, request):
        if request.path == "/teammates":
            everybody = [teammate(number) for number in TEAMMATES]
            return Answer({"_links": {"self": HOST + request.path}, "_results": everybody})
        number, _, rest = request.path.removeprefix("/conversations/").partition("/")
        for each in self.entries:
            if each["id"] == number:
                return self._conversation(each, rest, request)
        missing = {"status": 404, "title": "Not found", "message": "Not found", "details": []}
        return Answer({"_error": missing}, status=404)

    def throttled(self, now):
        limits = {"x-ratelimit-limit": "50", "x-ratelimit-remaining": "0"}
        reset = {"x-ratelimit-reset": f"{now.timestamp() + 40:.3f}", "retry-after": "2"}
        return Answer({"_error": {"status": 429}}, status=429, headers={**limits, **reset})

    def older(self, entry):
        before = deepcopy(entry)
        before |= {"updated_at": entry["updated_at"] - 1800, "subject": "What was I to ask", "tags": []}
        return before

    def _framed(self, results, following, request):
        """The next page is on another host, as Front has it."""
        onward = None if following is None else f"{HOST}{request.path}?limit=100&page_token=page-{following}"
        links = {"self": HOST + request.path}
        return {"_pagination": {"next": onward}, "_links": links, "_results": results}

    def _conversation(self, told, rest, request):
        """Two pages of messages, newest first, and a note of another agent."""
        start, agent = told["created_at"], told["assignee"]["id"]
        other = "tea_103" if agent != "tea_103" else "tea_101"
        if rest == "comments":
            note = comment(1, "Lost in Ghent, refund it", start + 700, other)
            return Answer({"_links": {"self": HOST + request.path}, "_results": [note]})
        if rest == "messages":
            said = [
                message(4, "Thank you, write to bo@example.org", start + 2400),
                message(2, "On its way.", start + 600, agent),
                message(1, f"Where is {told['subject']}?", start, files=["photo.png"]),
            ]
            first = "page_token" not in request.query
            return Answer(self._framed(said[:2] if first else said[2:], 1 if first else None, request))
        return Answer(told)


VENDOR = _Front()
