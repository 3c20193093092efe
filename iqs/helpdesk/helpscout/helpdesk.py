"""Help Scout's Inbox API: which call answers which question.

Taken from its documentation in parts only, without a live account: that the list can be sorted by `modifiedAt`
and that `userUpdatedAt` is never later than that (paging needs only this), and what a token's life is (it says
so itself).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Unpack

from pydantic import SecretStr, TypeAdapter

from iqs.conversations import Basis, Conversation, HelpdeskAgent
from iqs.errors import Invalid, NotFound
from iqs.helpdesk.authorization import bearer
from iqs.helpdesk.base import (
    Event,
    Helpdesk,
    Moved,
    Page,
    Presence,
    Refused,
    Roster,
    SurveyPage,
    Surveys,
    Webhooks,
)
from iqs.helpdesk.calling import Calling, Manner
from iqs.helpdesk.helpscout import edges, reading
from iqs.helpdesk.http import Client
from iqs.helpdesk.merging import is_another
from iqs.helpdesk.oldest_first import onward, position, stamp
from iqs.helpdesk.signatures import check
from iqs.helpdesk.timings import first_response

BASE = "https://api.helpscout.net"
LINK = "https://secure.helpscout.net/conversation/{id}/{number}"
THREADS = "/v3/conversations/{id}/threads"
"""The older /v2/… names the AI's answers as a user's; `embed=threads` cuts chats."""

EARLY = timedelta(days=7)
"""Customers rate a reply while the conversation is still open: the ratings of the days before are told again."""

MARGIN = timedelta(minutes=10)
"""How long before its end an access token is renewed."""

_TOKEN = TypeAdapter(edges.Token)
_PAGE = TypeAdapter(edges.ConversationPage)
_CONVERSATION = TypeAdapter(edges.Conversation)
_THREADS = TypeAdapter(edges.ThreadPage)
_USERS = TypeAdapter(edges.UserPage)
_RATINGS = TypeAdapter(edges.RatingPage)


class HelpScout(Calling, Helpdesk, Presence, Surveys, Roster, Webhooks):
    """An account of Help Scout, by the id and secret of an OAuth app of a user (client credentials).

    `ratings` off says that the plan has no reports (they are for Plus and Pro). First response times are
    computed from the messages, so they are known once a conversation was fetched; there is no handle time.
    """

    source = reading.SOURCE

    def __init__(
        self,
        app_id: str,
        app_secret: SecretStr,
        *,
        webhook_secret: SecretStr | None = None,
        ratings: bool = True,
        link: str = LINK,
        threads: str = THREADS,
        base: str | None = None,
        **manner: Unpack[Manner],
    ) -> None:
        self._app_id = app_id
        self._app_secret = app_secret
        self._webhook_secret = webhook_secret
        self._ratings = ratings
        self._link = link
        self._threads = threads
        self._token: tuple[SecretStr, datetime] | None = None
        self._renewing = Lock()
        self._client = Client(
            base or BASE,
            name="Help Scout",
            setting="HELPSCOUT_APP_SECRET",
            hosts=("helpscout.net",),
            wait=reading.wait,
            authorize=self._authorize,
            renew=self._renew,
            **manner,
        )

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Closed conversations that were modified since `since` and closed before `until`, oldest change first.

        Where each page begins: see `iqs.helpdesk.oldest_first`.
        """
        start, number = position(cursor, since)
        page = self._client.get(
            _PAGE,
            "/v2/conversations",
            {
                "status": "closed",
                "modifiedSince": start,
                "sortField": "modifiedAt",
                "sortOrder": "asc",
                "page": number,
            },
        )
        found = [each for each in page.embedded.conversations if each]
        changed = [each.user_updated_at for each in found]
        headers = (reading.header_of(each, link=self._link) for each in found)
        return Page(
            tuple(each for each in headers if each.closed_at and each.closed_at < until),
            None if number >= page.page.total_pages else onward(changed, start, number),
            unread=len(page.embedded.conversations) - len(found),
            total=page.page.total_elements if cursor is None else None,
        )

    def fetch(self, external_id: str) -> Conversation:
        """A conversation and all its threads."""
        found = self._one(external_id)
        threads: list[edges.Thread] = []
        for number in self._client.numbers():
            page = self._client.get(_THREADS, self._threads.replace("{id}", external_id), {"page": number})
            threads += (each for each in page.embedded.threads if each)
            if number >= page.page.total_pages or not page.embedded.threads:
                break
        messages = reading.messages_of(threads)
        seconds = first_response(messages)
        return replace(
            reading.header_of(found, link=self._link),
            messages=messages,
            first_response_seconds=seconds,
            first_response_basis=None if seconds is None else Basis.COMPUTED,
        )

    def look_up(self, external_id: str) -> datetime | None:
        """When a conversation was opened."""
        return self._one(external_id).created_at

    def list_answers(self, since: datetime, until: datetime, cursor: str | None = None) -> SurveyPage:
        """Happiness ratings given in [since, until), and those of the week before once more.

        Raises `Invalid` on a plan without reports; the setting it names ends the asking.
        """
        if not self._ratings:
            return SurveyPage((), None)
        number = int(cursor or 1)
        try:
            page = self._client.get(
                _RATINGS,
                "/v2/reports/happiness/ratings",
                {"start": stamp(since - EARLY), "end": stamp(until), "rating": "all", "page": number},
            )
        except (Invalid, NotFound):
            raise Invalid(
                "Help Scout does not tell its happiness ratings: reports are for the plans Plus and Pro, and the "
                "app's user must be allowed to see them. On another plan set HELPSCOUT_RATINGS=off."
            ) from None
        return SurveyPage(reading.answers_of(page.results), str(number + 1) if number < page.pages else None)

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """The users of the account."""
        found: list[edges.User | None] = []
        for number in self._client.numbers():
            page = self._client.get(_USERS, "/v2/users", {"page": number})
            found += page.embedded.users
            if number >= page.page.total_pages or not page.embedded.users:
                break
        return reading.agents_of(found)

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, *, url: str, now: datetime
    ) -> tuple[Event, ...]:
        """What it says, once its signature over the body is verified; Help Scout signs no time."""
        del url, now
        check(
            self._webhook_secret,
            body,
            headers.get("x-helpscout-signature"),
            name="Help Scout",
            setting="HELPSCOUT_WEBHOOK_SECRET",
            digest="sha1",
        )
        return reading.events_of(headers.get("x-helpscout-event", ""), body)

    def _one(self, external_id: str) -> edges.Conversation:
        if not (external_id.isascii() and external_id.isdecimal()):
            raise NotFound("Help Scout knows its conversations by numbers only.")
        try:
            found = self._client.get(_CONVERSATION, f"/v2/conversations/{external_id}")
        except Moved as error:
            if not is_another(error, external_id):
                raise
            raise NotFound("This conversation was merged into another one in Help Scout.") from None
        if found.state == "deleted":
            raise NotFound("This conversation was deleted in Help Scout.")
        return found

    def _authorize(self) -> Mapping[str, str]:
        with self._renewing:
            if self._token is None or self._client.now() >= self._token[1]:
                self._token = self._fresh_token()
            return bearer(self._token[0])

    def _renew(self) -> bool:
        with self._renewing:
            self._token = self._fresh_token()
        return True

    def _fresh_token(self) -> tuple[SecretStr, datetime]:
        """A token and when to renew it."""
        asked_at = self._client.now()
        try:
            token = self._client.send(
                "POST",
                "/v2/oauth2/token",
                _TOKEN,
                data={
                    "grant_type": "client_credentials",
                    "client_id": self._app_id,
                    "client_secret": self._app_secret.get_secret_value(),
                },
                authorized=False,
            )
        except (Refused, NotFound):
            raise Invalid(
                "Help Scout does not accept HELPSCOUT_APP_ID with HELPSCOUT_APP_SECRET. Copy both again from "
                "your profile, My Apps."
            ) from None
        lives = timedelta(seconds=max(0.0, token.expires_in))
        return SecretStr(token.access_token), asked_at + max(lives - MARGIN, lives / 2)
