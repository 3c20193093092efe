"""Zendesk's API: which call answers which question.

Not tried with a live account: whether one ticket can be shown with its metrics (without them its times keep what
the export told), and whether deleted tickets come in the order asked for (they are read to the end if not).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Unpack

from pydantic import SecretStr, TypeAdapter

from iqs.conversations import Basis, Conversation, HelpdeskAgent
from iqs.errors import Invalid, NotFound, Unavailable
from iqs.helpdesk.authorization import basic, bearer
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
from iqs.helpdesk.signatures import check, fresh
from iqs.helpdesk.zendesk import edges, reading

LINK = "https://{subdomain}.zendesk.com/agent/tickets/{id}"
"""A ticket's page for agents; Zendesk states it nowhere."""

PAGE_SIZE = 100

_EXPORT = TypeAdapter(edges.Export)
_SHOWN = TypeAdapter(edges.Shown)
_COMMENTS = TypeAdapter(edges.Comments)
_USERS = TypeAdapter(edges.Users)
_LEGACY = TypeAdapter(edges.LegacyRatings)
_RESPONSES = TypeAdapter(edges.Responses)
_SURVEYS = TypeAdapter(edges.Surveys)
_DELETED = TypeAdapter(edges.DeletedPage)

_REFUSALS = (Invalid, NotFound, Refused)
_EARLY = timedelta(days=1)  # a chat is rated before its ticket is solved: told again, it is known by then
_OLDER, _NEWER = "older:", "newer:"  # the two CSAT systems, before their own cursors


class Zendesk(Calling, Helpdesk, Presence, Surveys, Roster, Deletions, Webhooks):
    """An account of Zendesk Support.

    With `email` the token is an API token of that agent, without it an OAuth access token. First response times
    are of one clock, `hours`, and unknown where Zendesk does not tell that one: the two are never mixed.
    Zendesk has no handle time.
    """

    source = reading.SOURCE

    def __init__(
        self,
        subdomain: str,
        token: SecretStr,
        *,
        email: str | None = None,
        webhook_secret: SecretStr | None = None,
        hours: reading.Hours = Basis.BUSINESS,
        link: str = LINK,
        page_size: int = PAGE_SIZE,
        base: str | None = None,
        **manner: Unpack[Manner],
    ) -> None:
        self._token = token
        self._email = email
        self._webhook_secret = webhook_secret
        self._hours = hours
        self._page_size = page_size
        self._link = link.replace("{subdomain}", subdomain)
        self._scales: dict[str, tuple[int, int]] = {}
        self._unknown: set[str | None] = set()  # questions whose scale was asked for in vain
        self._client = Client(
            base or f"https://{subdomain}.zendesk.com",
            name="Zendesk",
            setting="ZENDESK_TOKEN",
            hosts=("zendesk.com",),
            wait=reading.wait,
            authorize=self._authorize,
            **manner,
        )

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Solved and closed tickets that changed since `since` and were solved before `until`.

        The export is read to its end, not to `until`: a ticket solved then and changed later stands later in it,
        once. It leaves out what changed in the last minute (the next window has it, for it changed) and may hold
        tickets that did not change since, which are passed over.
        """
        start: dict[str, str | int] = {"cursor": cursor} if cursor else {"start_time": int(since.timestamp())}
        page = self._client.get(
            _EXPORT,
            "/api/v2/incremental/tickets/cursor",
            {**start, "include": "users,metric_sets", "exclude_deleted": "true"},
        )
        if page.after_cursor == cursor and not page.end_of_stream:
            raise Unavailable(
                "Zendesk repeats a page of its export without end; we will try again by ourselves."
            )
        people, metrics = reading.people(page.users), reading.metrics_by_ticket(page.metric_sets)
        changed = (each for each in page.tickets if each and _changed(each, since))
        headers = (self._header(each, metrics, people) for each in changed)
        return Page(
            tuple(each for each in headers if each.closed_at and each.closed_at < until),
            None if page.end_of_stream else page.after_cursor,
            unread=sum(each is None for each in page.tickets),
        )

    def fetch(self, external_id: str) -> Conversation:
        """A ticket and all its comments, oldest first."""
        shown = self._one(external_id, {"include": "users,metric_sets"})
        path = f"/api/v2/tickets/{external_id}"
        people, metrics = reading.people(shown.users), reading.metrics_by_ticket(shown.metric_sets)
        comments: list[edges.Comment] = []
        for page in self._client.pages(partial(self._comments, path), lambda page: page.meta.cursor):
            comments += (each for each in page.comments if each)
            people |= reading.people(page.users)
        comments.sort(key=lambda each: each.created_at or datetime.max.replace(tzinfo=UTC))
        messages = tuple(reading.message_of(each, shown.ticket, people) for each in comments)
        return replace(self._header(shown.ticket, metrics, people), messages=messages)

    def look_up(self, external_id: str) -> datetime | None:
        """When a ticket was opened."""
        return self._one(external_id, {}).ticket.created_at

    def list_answers(self, since: datetime, until: datetime, cursor: str | None = None) -> SurveyPage:
        """Answers given in [since, until): those of the older CSAT first, then those of the newer one.

        An account has one of them active; one that is refused has nothing to tell.
        """
        if cursor is None or cursor.startswith(_OLDER):
            return self._older(since, until, (cursor or "").removeprefix(_OLDER) or None)
        return self._newer(since, until, cursor.removeprefix(_NEWER) or None)

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """Agents and administrators who are not suspended."""
        pages = self._client.pages(self._users, lambda page: page.meta.cursor)
        return reading.agents_of(each for page in pages for each in page.users)

    def list_deleted(
        self, since: datetime, until: datetime, cursor: str | None = None
    ) -> tuple[tuple[str, ...], str | None]:
        """Tickets deleted in [since, until), of the last 30 days; Zendesk tells nothing of archived ones."""
        number = int(cursor or 1)
        page = self._client.get(
            _DELETED,
            "/api/v2/deleted_tickets",
            {"sort_by": "deleted_at", "sort_order": "desc", "per_page": self._page_size, "page": number},
        )
        found = [each for each in page.deleted_tickets if each]
        moments = [each.deleted_at for each in found]
        # Newest first is asked for, not promised: only a page in that order may end the reading early.
        done = bool(moments) and moments == sorted(moments, reverse=True) and moments[-1] < since
        ids = tuple(each.id for each in found if since <= each.deleted_at < until)
        return ids, None if done or not page.next_page else str(number + 1)

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, url: str, now: datetime
    ) -> tuple[Event, ...]:
        """What it says, once its signature over time and body is verified and at most five minutes old."""
        del url  # Zendesk does not sign it
        stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
        check(
            self._webhook_secret,
            stamp.encode() + body,
            headers.get("x-zendesk-webhook-signature"),
            name="Zendesk",
            setting="ZENDESK_WEBHOOK_SECRET",
        )
        fresh(moment(stamp), now, name="Zendesk")
        return tuple(reading.events_of(body))

    def _authorize(self) -> Mapping[str, str]:
        if self._email is None:
            return bearer(self._token)
        return basic(f"{self._email}/token", self._token.get_secret_value())

    def _one(self, external_id: str, params: Mapping[str, str]) -> edges.Shown:
        if not (external_id.isascii() and external_id.isdecimal()):
            raise NotFound("Zendesk knows its tickets by numbers only.")
        shown = self._client.get(_SHOWN, f"/api/v2/tickets/{external_id}", {**params})
        if shown.ticket.status == "deleted":
            raise NotFound("This ticket was deleted in Zendesk.")
        return shown

    def _header(
        self, ticket: edges.Ticket, metrics: Mapping[str, edges.Metrics], people: Mapping[str, edges.User]
    ) -> Conversation:
        told = ticket.metric_set or metrics.get(ticket.id)
        return reading.header_of(ticket, told, people, hours=self._hours, link=self._link)

    def _comments(self, path: str, cursor: str | None) -> edges.Comments:
        return self._client.get(_COMMENTS, f"{path}/comments", self._paged({"include": "users"}, cursor))

    def _users(self, cursor: str | None) -> edges.Users:
        return self._client.get(_USERS, "/api/v2/users", self._paged({"role[]": ["agent", "admin"]}, cursor))

    def _paged(
        self, params: Mapping[str, str | int | list[str]], cursor: str | None
    ) -> dict[str, str | int | list[str]]:
        """Zendesk's cursor pagination."""
        after = {"page[after]": cursor} if cursor else {}
        return {**params, "page[size]": self._page_size, **after}

    def _older(self, since: datetime, until: datetime, cursor: str | None) -> SurveyPage:
        window = {"start_time": int(since.timestamp()), "end_time": int(until.timestamp())}
        try:
            page = self._client.get(
                _LEGACY, "/api/v2/satisfaction_ratings", self._paged({"score": "received", **window}, cursor)
            )
        except _REFUSALS:
            return SurveyPage((), _NEWER)
        answers = (reading.legacy_answer(each) for each in page.satisfaction_ratings if each)
        onward = page.meta.cursor if page.meta.cursor != cursor else None
        return SurveyPage(tuple(each for each in answers if each), _OLDER + onward if onward else _NEWER)

    def _newer(self, since: datetime, until: datetime, cursor: str | None) -> SurveyPage:
        window = {
            "filter[created_at_start]": _milliseconds(since - _EARLY),
            "filter[created_at_end]": _milliseconds(until),
        }
        try:
            page = self._client.get(_RESPONSES, "/api/v2/guide/survey_responses", self._paged(window, cursor))
        except _REFUSALS:
            return SurveyPage((), None)
        responses = [each for each in page.survey_responses if each]
        self._learn_scales(responses)
        answers = (reading.survey_answer(each, self._scales) for each in responses)
        onward = page.meta.cursor if page.meta.cursor != cursor else None
        return SurveyPage(tuple(each for each in answers if each), _NEWER + onward if onward else None)

    def _learn_scales(self, responses: list[edges.Response]) -> None:
        """Reads the surveys once more when an answer's question is not known yet."""
        asked = {reading.question_of(each) for each in responses} - {None, *self._scales}
        if asked - self._unknown:
            try:
                page = self._client.get(_SURVEYS, "/api/v2/guide/en-us/surveys", {"page[size]": PAGE_SIZE})
                self._scales |= reading.scales_of(page.surveys)
            except _REFUSALS:
                pass  # their words count instead
            self._unknown |= asked - set(self._scales)


def _changed(ticket: edges.Ticket, since: datetime) -> bool:
    """Whether it changed since then, in whole seconds as the export counts; one that does not say so did."""
    at = ticket.generated_timestamp or ticket.updated_at
    return at is None or at >= since.replace(microsecond=0)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
