"""HubSpot's API: which call answers which question.

Its descriptions leave open, and no live account was asked: whether a close alone moves the time threads are
listed by (`rescan` makes it not matter), whether an archived thread is one in the trash, how long a page may be,
and the owners' API, which is described elsewhere.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Unpack
from urllib.parse import quote

from pydantic import SecretStr, TypeAdapter

from iqs.conversations import Basis, Conversation, HelpdeskAgent
from iqs.errors import Invalid, NotFound
from iqs.helpdesk.authorization import bearer
from iqs.helpdesk.base import (
    Deletions,
    Event,
    Helpdesk,
    Page,
    Presence,
    Refused,
    Roster,
    SurveyPage,
    Surveys,
    Webhooks,
)
from iqs.helpdesk.calling import Calling, Manner
from iqs.helpdesk.edge import moment
from iqs.helpdesk.http import Client
from iqs.helpdesk.hubspot import edges, reading
from iqs.helpdesk.hubspot.surveys import Feedback, thread_of
from iqs.helpdesk.oldest_first import stamp
from iqs.helpdesk.signatures import check, fresh
from iqs.helpdesk.timings import first_response

BASE = "https://api.hubapi.com"
CONVERSATIONS = "/conversations/v3/conversations"
"""Where threads live; HubSpot calls v3 legacy and gives a dated path the same answers."""

FEEDBACK = "/crm/v3/objects/feedback_submissions"
OWNERS = "/crm/v3/owners"
LINK = "https://app.hubspot.com/live-messages/{portal}/inbox/{id}"
"""A thread's page in the inbox; HubSpot states it nowhere."""

RESCAN = timedelta(days=14)
EARLY = timedelta(days=2)
"""Chats are rated while the thread is still open: the answers of the days before are told again."""

PAGE_SIZE = 100
FOUND_AT_MOST = 10_000
"""HubSpot's search ends there; the rest is asked for from the last moment seen."""

_THREADS = TypeAdapter(edges.ThreadPage)
_THREAD = TypeAdapter(edges.Thread)
_MESSAGES = TypeAdapter(edges.MessagePage)
_WHOLE = TypeAdapter(edges.Whole)
_ACTORS = TypeAdapter(edges.Actors)
_CHANNELS = TypeAdapter(edges.ChannelPage)
_OWNERS = TypeAdapter(edges.OwnerPage)
_SUBMISSIONS = TypeAdapter(edges.SubmissionPage)


class HubSpot(Calling, Helpdesk, Presence, Surveys, Roster, Deletions, Webhooks):
    """The conversations inbox of a HubSpot account, by the access token of a private app.

    `surveys` off says that the account has none (they are for Service Hub Professional and Enterprise).
    `rescan` is how long after its last message a thread may be closed and still be found: a close alone is not
    known to move the time threads are listed by. First response times are computed from the messages, so they are
    known once a thread was fetched; there is no handle time.
    """

    source = reading.SOURCE

    def __init__(
        self,
        token: SecretStr,
        *,
        client_secret: SecretStr | None = None,
        portal: str | None = None,
        surveys: bool = True,
        feedback: Feedback | None = None,
        rescan: timedelta = RESCAN,
        link: str = LINK,
        conversations: str = CONVERSATIONS,
        submissions: str = FEEDBACK,
        page_size: int = PAGE_SIZE,
        base: str | None = None,
        **manner: Unpack[Manner],
    ) -> None:
        self._client_secret = client_secret
        self._surveys = surveys
        self._feedback = feedback or Feedback()
        self._rescan = rescan
        self._page_size = page_size
        self._link = link.replace("{portal}", portal) if portal else "" if "{portal}" in link else link
        self._conversations = conversations.rstrip("/")
        self._submissions = submissions.rstrip("/")
        self._channels: dict[str, str] | None = None
        self._answered: dict[str, str] = {}  # threads of submissions, which are told more than once
        self._client = Client(
            base or BASE,
            name="HubSpot",
            setting="HUBSPOT_TOKEN",
            hosts=("hubapi.com",),
            wait=reading.wait,
            authorize=lambda: bearer(token),
            **manner,
        )

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Threads closed in [since, until) whose last message is at most `rescan` older; spam is passed over."""
        page = self._list({"threadStatus": "CLOSED"}, since, cursor)
        found = [each for each in page.results if each]
        closed = [
            each
            for each in found
            if not each.spam and (at := reading.closed_at(each)) is not None and since <= at < until
        ]
        actors = self._actors({each.assigned_to for each in closed if each.assigned_to})
        channels = self._channel_names() if closed else {}
        return Page(
            tuple(reading.header_of(each, actors, channels, link=self._link) for each in closed),
            page.after,
            unread=len(page.results) - len(found),
        )

    def fetch(self, external_id: str) -> Conversation:
        """A thread and its whole history; a body that the list cuts is asked for on its own."""
        thread = self._one(external_id)
        path = f"{self._conversations}/threads/{external_id}"
        pages = self._client.pages(partial(self._messages, path), lambda page: page.after)
        listed = [each for page in pages for each in page.results]
        history = [self._whole(path, each) for each in reading.in_order(listed)]
        actors = self._actors({thread.assigned_to, *reading.actor_ids(history)} - {None})
        messages = tuple(said for each in history if (said := reading.message_of(each, actors)))
        seconds = first_response(messages)
        header = reading.header_of(thread, actors, self._channel_names(), link=self._link)
        return replace(
            header,
            messages=messages,
            subject=next((each.subject for each in history if each.subject), None),
            customer=reading.customer_of(history, actors, thread.associated_contact_id),
            first_response_seconds=seconds,
            first_response_basis=None if seconds is None else Basis.COMPUTED,
            reopens=reading.reopens_of(history),
        )

    def look_up(self, external_id: str) -> datetime | None:
        """When a thread was opened."""
        return self._one(external_id).created_at

    def list_answers(self, since: datetime, until: datetime, cursor: str | None = None) -> SurveyPage:
        """CSAT and CES given in [since, until), and those of two days before once more.

        An answer is about a ticket; those about one without a thread here are left out. Raises `Invalid` for an
        account without surveys; the setting it names ends the asking.
        """
        if not self._surveys:
            return SurveyPage((), None)
        start, after = json.loads(cursor) if cursor else (_milliseconds(since - EARLY), "0")
        try:
            page = self._client.post(
                _SUBMISSIONS, f"{self._submissions}/search", self._search(start, _milliseconds(until), after)
            )
        except (Invalid, NotFound):
            raise Invalid(
                "HubSpot does not tell its survey answers: they need the scope crm.objects.feedback_submissions.read "
                "and Service Hub Professional. Without surveys set HUBSPOT_SURVEYS=off."
            ) from None
        found = [each for each in page.results if each]
        answers = []
        for submission in filter(self._feedback.is_ours, found):
            thread = self._thread_of(submission)
            surveyed = self._feedback.surveyed(submission, thread) if thread else None
            if surveyed:
                answers.append(surveyed)
        return SurveyPage(tuple(answers), self._onward(found, start, page.after))

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """The users of the account."""
        pages = self._client.pages(self._owners, lambda page: page.after)
        return reading.agents_of(each for page in pages for each in page.results)

    def list_deleted(
        self, since: datetime, until: datetime, cursor: str | None = None
    ) -> tuple[tuple[str, ...], str | None]:
        """Threads in the trash (archived) whose last message is at most `rescan` older than `since`.

        HubSpot does not tell when they went there, so the same are told again. Only those count that say so
        themselves: a list that was not filtered must cost no text.
        """
        del until
        page = self._list({"archived": "true"}, since, cursor)
        return tuple(each.id for each in page.results if each and each.archived), page.after

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, url: str, now: datetime
    ) -> tuple[Event, ...]:
        """What it says, once its signature (v3) over address, body and time is verified, at most five minutes old."""
        sent_at = headers.get("x-hubspot-request-timestamp", "")
        check(
            self._client_secret,
            b"POST" + reading.signed_address(url).encode() + body + sent_at.encode(),
            headers.get("x-hubspot-signature-v3"),
            name="HubSpot",
            setting="HUBSPOT_CLIENT_SECRET",
        )
        fresh(moment(sent_at), now, name="HubSpot")
        return reading.events_of(body)

    def _one(self, external_id: str) -> edges.Thread:
        if not (external_id.isascii() and external_id.isdecimal()):
            raise NotFound("HubSpot knows its threads by numbers only.")
        thread = self._client.get(_THREAD, f"{self._conversations}/threads/{external_id}")
        if thread.archived:
            raise NotFound("This thread is in HubSpot's trash.")
        return thread

    def _list(self, which: Mapping[str, str], since: datetime, cursor: str | None) -> edges.ThreadPage:
        params = {
            **which,
            "latestMessageTimestampAfter": stamp(since - self._rescan),
            "sort": "latestMessageTimestamp",
        }
        return self._client.get(_THREADS, f"{self._conversations}/threads", self._paged(params, cursor))

    def _messages(self, path: str, after: str | None) -> edges.MessagePage:
        return self._client.get(_MESSAGES, f"{path}/messages", self._paged({}, after))

    def _owners(self, after: str | None) -> edges.OwnerPage:
        return self._client.get(_OWNERS, OWNERS, self._paged({}, after))

    def _paged(self, params: Mapping[str, str], after: str | None) -> dict[str, str | int | list[str]]:
        cursor = {"after": after} if after else {}
        return {**params, "limit": self._page_size, **cursor}

    def _search(self, start: int, end: int, after: str) -> dict[str, Any]:
        when = self._feedback.submitted_at
        bounds = (("GTE", start), ("LT", end))
        filters = [{"propertyName": when, "operator": operator, "value": str(at)} for operator, at in bounds]
        return {
            "filterGroups": [{"filters": filters}],
            "sorts": [when],
            "properties": self._feedback.properties,
            "limit": self._page_size,
            "after": after,
        }

    def _actors(self, ids: Iterable[str | None]) -> dict[str, edges.Actor]:
        wanted = sorted(each for each in ids if each)
        actors: dict[str, edges.Actor] = {}
        for first in range(0, len(wanted), PAGE_SIZE):
            page = self._client.post(
                _ACTORS,
                f"{self._conversations}/actors/batch/read",
                {"inputs": wanted[first : first + PAGE_SIZE]},
            )
            actors |= {each.id: each for each in page.results if each}
        return actors

    def _channel_names(self) -> dict[str, str]:
        """Asked for once: they are HubSpot's, not the account's."""
        if self._channels is None:
            page = self._client.get(_CHANNELS, f"{self._conversations}/channels", {"limit": PAGE_SIZE})
            self._channels = reading.channel_names(page.results)
        return self._channels

    def _whole(self, path: str, said: edges.Message) -> edges.Message:
        if said.truncation_status in {None, "NOT_TRUNCATED"}:
            return said
        try:
            whole = self._client.get(_WHOLE, f"{path}/messages/{quote(said.id, safe='')}/original-content")
        except (NotFound, Refused):
            return said  # what we have is what there is
        return said.model_copy(
            update={"text": whole.text or said.text, "rich_text": whole.rich_text or said.rich_text}
        )

    def _thread_of(self, submission: edges.Submission) -> str | None:
        if submission.id not in self._answered:
            found = self._asked_thread(submission)
            if found is None:
                return None
            if len(self._answered) >= FOUND_AT_MOST:
                self._answered.clear()
            self._answered[submission.id] = found
        return self._answered[submission.id]

    def _asked_thread(self, submission: edges.Submission) -> str | None:
        ticket = submission.properties.get(self._feedback.ticket) or ""
        if not (ticket.isascii() and ticket.isdecimal()):
            return None
        try:
            page = self._client.get(
                _THREADS, f"{self._conversations}/threads", {"associatedTicketId": ticket, "limit": PAGE_SIZE}
            )
        except (NotFound, Refused):
            return None  # the ticket is gone
        return thread_of(page.results, self._feedback.moment(submission))

    def _onward(self, found: list[edges.Submission], start: int, after: str | None) -> str | None:
        if after is None:
            return None
        if after.isdecimal() and int(after) + self._page_size > FOUND_AT_MOST:
            last = self._feedback.moment(found[-1]) if found else None
            if last is not None and _milliseconds(last) > start:
                return json.dumps([_milliseconds(last), "0"])
        return json.dumps([start, after])


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
