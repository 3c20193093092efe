"""Intercom's recorded replies, written after its OpenAPI description 2.15."""

from copy import deepcopy
from datetime import UTC, datetime

from pydantic import SecretStr

from iqs.helpdesk.intercom import Intercom
from tests.iqs.helpdesk.standin import Answer, Vendor

ADMINS = {"101": "ada@example.com", "102": "ben@example.com", "103": "cleo@example.com"}
CLOSED = int(datetime(2026, 11, 11, 10, tzinfo=UTC).timestamp())


def entry(number, admin):
    closed = CLOSED + number * 3600
    return {
        "type": "conversation",
        "id": str(9000 + number),
        "title": None,
        "created_at": closed - 7200,
        "updated_at": closed + 60,
        "waiting_since": None,
        "snoozed_until": None,
        "source": {
            "type": "conversation" if number % 2 else "email",
            "id": str(403918000 + number),
            "delivered_as": "customer_initiated",
            "subject": f"<p>Parcel {number} &amp; refund</p>",
            "body": f"<p>Where is parcel <b>{number}</b>? I wait since <i>Monday</i>.</p>",
            "author": {
                "type": "user",
                "id": f"65f1{number:04d}",
                "name": "Bo Lind",
                "email": "bo@example.org",
            },
            "attachments": [
                {
                    "type": "upload",
                    "name": "photo.png",
                    "url": "https://example.org/photo.png",
                    "content_type": "image/png",
                    "filesize": 100,
                    "width": 10,
                    "height": 10,
                }
            ],
            "url": None,
            "redacted": False,
        },
        "contacts": {
            "type": "contact.list",
            "contacts": [{"type": "contact", "id": f"65f1{number:04d}", "external_id": None}],
        },
        "first_contact_reply": None,
        "admin_assignee_id": int(admin),
        "team_assignee_id": 5017691,
        "open": False,
        "state": "closed",
        "read": True,
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "8", "name": "refund"}]},
        "priority": "not_priority",
        "sla_applied": None,
        "statistics": {
            "type": "conversation_statistics",
            "time_to_assignment": 30,
            "time_to_admin_reply": 600 + number,
            "time_to_first_close": 7200,
            "time_to_last_close": 7200,
            "median_time_to_reply": 500,
            "first_contact_reply_at": closed - 7200,
            "first_assignment_at": closed - 7000,
            "first_admin_reply_at": closed - 6600,
            "first_close_at": closed,
            "last_assignment_at": closed - 7000,
            "last_assignment_admin_reply_at": closed - 6600,
            "last_contact_reply_at": closed - 5000,
            "last_admin_reply_at": closed - 10,
            "last_close_at": closed,
            "last_closed_by_id": admin,
            "count_reopens": 1,
            "count_assignments": 1,
            "count_conversation_parts": 6,
            "handling_time": 7000,
            "adjusted_handling_time": 900 if number % 2 else None,
        },
        "conversation_rating": {
            "rating": 4,
            "remark": "Quick",
            "created_at": closed,
            "updated_at": closed + 30,
            "contact": {"type": "contact", "id": f"65f1{number:04d}", "external_id": None},
            "teammate": {"type": "admin", "id": admin},
        }
        if number % 3
        else None,
        "teammates": {"type": "admin.list", "teammates": [{"type": "admin", "id": admin}]},
        "custom_attributes": {},
        "topics": {},
        "ticket": None,
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent": {
            "source_type": "workflow",
            "source_title": "Fin",
            "last_answer_type": "ai_answer",
            "resolution_state": "escalated",
            "rating": 2,
            "rating_remark": "No",
            "created_at": closed - 7100,
            "updated_at": closed - 7000,
            "content_sources": {"type": "content_source.list", "content_sources": [], "total_count": 0},
        }
        if number == 1
        else None,
        "ai_agent_participated": number == 1,
    }


def part(number, kind, author, body, at, **further):
    return {
        "type": "conversation_part",
        "id": str(number),
        "part_type": kind,
        "body": body,
        "created_at": at,
        "updated_at": at,
        "notified_at": at,
        "assigned_to": None,
        "author": author,
        "attachments": [],
        "external_id": None,
        "redacted": False,
        "email_message_metadata": None,
        "state": "open",
        "tags": [],
        "event_details": None,
        "app_package_code": None,
        **further,
    }


def admin_author(admin):
    return {
        "type": "admin",
        "id": admin,
        "name": "A teammate",
        "email": ADMINS.get(admin, "gone@example.com"),
        "from_ai_agent": False,
        "is_ai_answer": False,
    }


def whole(told):
    """The conversation with its parts: a bot's answer, the agent's, a note of another agent, an event, the closing."""
    admin, start = str(told["admin_assignee_id"]), told["created_at"]
    other = "103" if admin != "103" else "101"
    customer = {
        "type": "user",
        "id": told["contacts"]["contacts"][0]["id"],
        "name": "Bo Lind",
        "email": "bo@example.org",
    }
    fin = {
        "type": "bot",
        "id": "1",
        "name": "Fin",
        "email": "operator@intercom.io",
        "from_ai_agent": True,
        "is_ai_answer": True,
    }
    parts = [
        part(1, "comment", fin, "<p>Have you tried waiting?</p>", start + 5),
        part(2, "assignment", admin_author(admin), None, start + 200),
        part(3, "comment", admin_author(admin), "<p>On its way:</p><ul><li>today</li></ul>", start + 600),
        part(4, "note", admin_author(other), "<p>Lost in Ghent, refund it</p>", start + 700),
        part(5, "conversation_attribute_updated_by_admin", admin_author(admin), None, start + 800),
        part(6, "comment", customer, "<p>Thank you, write to bo@example.org</p>", start + 2200),
        part(7, "close", admin_author(admin), "<p>Can I help with anything else?</p>", start + 7200),
    ]
    listed = {"type": "conversation_part.list", "conversation_parts": parts, "total_count": len(parts)}
    return {**told, "conversation_parts": listed}


class _Intercom(Vendor):
    name = "intercom"
    specs = ("intercom-2.15.yaml",)

    def __init__(self):
        self.entries = [entry(number, list(ADMINS)[number % 3]) for number in range(7)]

    def connect(self, base, **settings):
        return Intercom(
            SecretStr("token-of-nobody"), base=base, client_secret=SecretStr("hook"), page_size=2, **settings
        )

    def page_of(self, request):
        if (
            request.path != "/conversations/search"
            or "replied_at" in request.json["query"]["value"][0]["field"]
        ):
            return None
        return int(request.json["pagination"].get("starting_after", "page-0").removeprefix("page-"))

    def page(self, entries, following, request):
        pages = {
            "type": "pages",
            "page": 1,
            "per_page": request.json["pagination"]["per_page"],
            "total_pages": 3,
        }
        if following is not None:
            pages["next"] = {"per_page": 2, "starting_after": f"page-{following}"}
        return Answer(
            {
                "type": "conversation.list",
                "pages": pages,
                "total_count": len(self.entries),
                "conversations": entries,
            }
        )

    def answer(self, request):
        if request.path == "/conversations/search":  # late ratings
            late = deepcopy(self.entries[0])
            late["conversation_rating"] = {**self.entries[1]["conversation_rating"], "rating": 5}
            return self.page([late], None, request)
        if request.path == "/me":
            app = {"type": "app", "id_code": "abc123", "name": "Shop", "region": "US", "timezone": "UTC"}
            me = {
                "type": "admin",
                "id": "101",
                "name": "Ada",
                "email": "ada@example.com",
                "email_verified": True,
            }
            return Answer({**me, "app": app})
        if request.path == "/admins":
            admins = [
                {
                    "type": "admin",
                    "id": number,
                    "name": email.partition("@")[0].title(),
                    "email": email,
                    "team_ids": [],
                }
                for number, email in ADMINS.items()
            ]
            return Answer({"type": "admin.list", "admins": admins})
        number = request.path.removeprefix("/conversations/")
        for each in self.entries:
            if each["id"] == number:
                return Answer(whole(each) if each.get("contacts") else each)
        missing = [{"code": "not_found", "message": "Resource Not Found"}]
        return Answer({"type": "error.list", "request_id": "r", "errors": missing}, status=404)

    def throttled(self, now):
        reset = str(int(now.timestamp()) + 2)
        errors = {
            "type": "error.list",
            "errors": [{"code": "rate_limit_exceeded", "message": "Exceeded rate limit"}],
        }
        limits = {"X-RateLimit-Limit": "1666", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        return Answer(errors, status=429, headers=limits)

    def older(self, entry):
        before = deepcopy(entry)
        before["updated_at"] -= 1800
        before["source"]["subject"] = "What was I to ask"
        before["conversation_rating"] = None
        before["tags"]["tags"] = []
        return before


VENDOR = _Intercom()
