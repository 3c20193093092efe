"""HubSpot's replies, written after its API descriptions: conversations v3, feedback submissions v3."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from iqs.helpdesk.hubspot import HubSpot
from tests.iqs.helpdesk.standin import Answer, Vendor

AGENTS = {"A-101": "ada@example.com", "A-102": "ben@example.com", "A-103": "cleo@example.com"}
CLOSED = datetime(2026, 11, 11, 10, tzinfo=UTC)
THREADS = "/conversations/v3/conversations/threads"
ACTORS = "/conversations/v3/conversations/actors/batch/read"
CHANNELS = "/conversations/v3/conversations/channels"
SEARCH = "/crm/v3/objects/feedback_submissions/search"


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(number, agent):
    closed = CLOSED + timedelta(hours=number)
    return {
        "id": str(6_000_000_000 + number),
        "createdAt": stamp(closed - timedelta(hours=2)),
        "closedAt": stamp(closed),
        "status": "CLOSED",
        "originalChannelId": "1002" if number % 2 else "1000",
        "originalChannelAccountId": "424242",
        "latestMessageTimestamp": stamp(closed - timedelta(hours=1)),
        "latestMessageSentTimestamp": stamp(closed - timedelta(hours=1)),
        "latestMessageReceivedTimestamp": stamp(closed - timedelta(hours=1)),
        "assignedTo": agent,
        "spam": False,
        "archived": False,
        "inboxId": "333",
        "associatedContactId": str(5000 + number),
    }


def message(thread, number, sender, at, **further):
    return {
        "type": "MESSAGE",
        "id": f"m-{thread['id']}-{number}",
        "conversationsThreadId": thread["id"],
        "createdAt": stamp(at),
        "createdBy": sender,
        "client": {"clientType": "HUBSPOT"},
        "senders": [{"actorId": sender, "name": "Somebody"}],
        "recipients": [],
        "archived": False,
        "attachments": [],
        "channelId": thread["originalChannelId"],
        "channelAccountId": "424242",
        "subject": f"Parcel {thread['id']}",
        "direction": "INCOMING" if sender.startswith("V-") else "OUTGOING",
        "truncationStatus": "NOT_TRUNCATED",
        **further,
    }


def event(thread, number, kind, at, **further):
    """What is no message of a channel: a comment, a change of state."""
    made = message(thread, number, thread["assignedTo"], at, type=kind, **further)
    for name in ("channelId", "channelAccountId", "subject", "direction", "truncationStatus"):
        del made[name]
    return made


def actor(number):
    if number in AGENTS:
        name = AGENTS[number].partition("@")[0].title()
        return {"type": "AGENT", "id": number, "name": name, "email": AGENTS[number], "avatar": "x"}
    if number.startswith("B-"):
        return {"type": "BOT", "id": number, "name": "Greeter"}
    return {"type": "VISITOR", "id": number, "name": "Bo Lind", "email": "bo@example.org"}


class _HubSpot(Vendor):
    name = "hubspot"
    specs = ("hubspot-conversations-v3.json", "hubspot-feedback-v3.json")
    undescribed = ("/crm/v3/owners",)

    def __init__(self):
        self.entries = [entry(number, list(AGENTS)[number % 3]) for number in range(7)]

    def connect(self, base, **settings):
        return HubSpot(SecretStr("token-of-nobody"), portal="42", page_size=2, base=base, **settings)

    def page_of(self, request):
        if request.path != THREADS or request.query.get("threadStatus") != "CLOSED":
            return None
        return int(request.query.get("after", "page-0").removeprefix("page-"))

    def page(self, entries, following, request):
        paging = {"paging": {"next": {"after": f"page-{following}"}}} if following is not None else {}
        return Answer({"results": entries, **paging})

    def answer(self, request):
        if request.path.startswith(f"{THREADS}/"):
            number, _, rest = request.path.removeprefix(f"{THREADS}/").partition("/")
            thread = next((each for each in self.entries if each["id"] == number), None)
            return self._thread(thread, rest, request) if thread else self._missing()
        if request.path == ACTORS:
            results = [actor(each) for each in request.json["inputs"]]
            times = {"startedAt": "2026-11-16T09:00:00Z", "completedAt": "2026-11-16T09:00:00Z"}
            return Answer({"status": "COMPLETE", "results": results, **times})
        found = {
            THREADS: {"results": self.entries[2:3] if "associatedTicketId" in request.query else []},
            CHANNELS: {
                "results": [{"id": "1000", "name": "Live Chat"}, {"id": "1002", "name": "Email"}],
                "total": 2,
            },
            SEARCH: {"results": [self._submission()], "total": 1},
            "/crm/v3/owners": {
                "results": [
                    {"id": "1", "userId": int(number[2:]), "email": email, "archived": False}
                    for number, email in AGENTS.items()
                ]
            },
        }.get(request.path)
        return Answer(found) if found else self._missing()

    def throttled(self, now):
        told = {
            "status": "error",
            "message": "You have reached your ten_secondly_rolling limit.",
            "policyName": "TEN_SECONDLY_ROLLING",
        }
        limits = {"X-HubSpot-RateLimit-Max": "190", "X-HubSpot-RateLimit-Remaining": "0"}
        return Answer(
            told, status=429, headers={**limits, "X-HubSpot-RateLimit-Interval-Milliseconds": "2000"}
        )

    def older(self, entry):
        before = deepcopy(entry)
        earlier = stamp(datetime.fromisoformat(entry["closedAt"]) - timedelta(minutes=30))
        return {**before, "closedAt": earlier, "originalChannelId": "1003"}

    def _missing(self):
        told = {"status": "error", "message": "not found", "category": "OBJECT_NOT_FOUND"}
        return Answer({**told, "correlationId": "00000000-0000-0000-0000-000000000000"}, status=404)

    def _submission(self):
        properties = {
            "hs_survey_type": "CES",
            "hs_value": "6",
            "hs_response_group": "PROMOTER",
            "hs_submission_timestamp": "2026-11-13T08:00:00Z",
            "hs_ticket_id": "77",
        }
        at = {"createdAt": "2026-11-13T08:00:00Z", "updatedAt": "2026-11-13T08:00:00Z"}
        return {"id": "512", "properties": properties, "archived": False, **at}

    def _thread(self, thread, rest, request):
        if not rest:
            return Answer(thread)
        if rest.endswith("/original-content"):
            return Answer(
                {"text": "On its way, all of it.", "richText": "<p>On its way, <b>all</b> of it.</p>"}
            )
        start = datetime.fromisoformat(thread["createdAt"])
        agent, visitor = thread["assignedTo"], f"V-{thread['associatedContactId']}"
        other = "A-103" if agent != "A-103" else "A-101"
        photo = {"type": "FILE", "fileId": "9", "name": "photo.png", "fileUsageType": "IMAGE"}
        comment = {"text": "Lost in Ghent, refund it", "richText": "<p>Lost in Ghent, refund it</p>"}
        wrote = {"createdBy": other, "senders": [{"actorId": other}]}
        history = [
            message(
                thread, 6, visitor, start + timedelta(minutes=60), text="Thank you, write to bo@example.org"
            ),
            event(thread, 5, "THREAD_STATUS_CHANGE", start + timedelta(minutes=50), newStatus="CLOSED"),
            event(thread, 4, "COMMENT", start + timedelta(minutes=12), **comment, **wrote),
            message(
                thread,
                3,
                agent,
                start + timedelta(minutes=10),
                text="On its way…",
                truncationStatus="TRUNCATED",
            ),
            message(thread, 2, "B-1", start + timedelta(minutes=1), text="Have you tried waiting?"),
            message(thread, 1, visitor, start, text="Where is it?", attachments=[photo]),
        ]
        if "after" in request.query:
            return Answer({"results": history[3:]})
        return Answer({"results": history[:3], "paging": {"next": {"after": "rest"}}})


VENDOR = _HubSpot()
