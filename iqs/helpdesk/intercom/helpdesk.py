"""Intercom: closed conversations by search, their parts one by one. API version 2.15 (its OpenAPI description).

Limits are told by `X-RateLimit-Remaining` and `-Reset`, never by Retry-After. The search may cut times to days,
so it is asked for two days more at both ends, and what it returns is filtered by the full times.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Unpack

from pydantic import SecretStr, TypeAdapter, ValidationError

from iqs.conversations import Conversation, HelpdeskAgent
from iqs.errors import Invalid
from iqs.helpdesk import signatures
from iqs.helpdesk.authorization import bearer
from iqs.helpdesk.base import (
    Event,
    Happening,
    Helpdesk,
    Page,
    Presence,
    Roster,
    Surveyed,
    SurveyPage,
    Surveys,
    Webhooks,
)
from iqs.helpdesk.calling import Calling, Manner
from iqs.helpdesk.edge import moment
from iqs.helpdesk.headers import number, spread, until
from iqs.helpdesk.http import Client, Reply
from iqs.helpdesk.intercom import edges
from iqs.helpdesk.intercom.reading import SOURCE, busiest, header, messages, stars

VERSION = "2.15"
HOSTS = {
    "us": "https://api.intercom.io",
    "eu": "https://api.eu.intercom.io",
    "au": "https://api.au.intercom.io",
}
LINK = "https://app.intercom.com/a/inbox/{app_id}/inbox/conversation/{id}"
PAGE_SIZE = 150
DAYS = timedelta(hours=48)
"""What the search is asked for beyond each end of the window."""

ADMINS_KEPT = timedelta(hours=1)

_TOPICS = {
    "conversation.admin.closed": Happening.CLOSED,
    "conversation.operator.closed": Happening.CLOSED,
    "conversation.rating.added": Happening.RATED,
    "conversation.deleted": Happening.DELETED,
}


_LIST = TypeAdapter(edges.ConversationList)
_ONE = TypeAdapter(edges.Conversation)
_ADMINS = TypeAdapter(edges.Admins)
_ME = TypeAdapter(edges.Me)


def wait(reply: Reply, now: datetime) -> float | None:
    """Seconds until the window of ten seconds begins anew, and one for clocks; a pause when little remains."""
    seconds = until(reply.headers.get("x-ratelimit-reset"), now)
    if reply.status == 429:
        return None if seconds is None else seconds + 1.0
    remaining = number(reply.headers.get("x-ratelimit-remaining"))
    return spread(remaining, number(reply.headers.get("x-ratelimit-limit")), seconds)


class Intercom(Calling, Helpdesk, Presence, Surveys, Roster, Webhooks):
    """An Intercom workspace, read with an access token. `region` is us, eu or au; `link` may hold {app_id} and {id}."""

    source = SOURCE

    def __init__(
        self,
        token: SecretStr,
        *,
        region: str = "us",
        client_secret: SecretStr | None = None,
        link: str = LINK,
        base: str | None = None,
        page_size: int = PAGE_SIZE,
        **manner: Unpack[Manner],
    ) -> None:
        self._client_secret = client_secret
        self._link = link
        self._page_size = page_size
        self._app_id: str | None = None
        self._admins: dict[str, HelpdeskAgent] = {}
        self._admins_at: datetime | None = None
        self._client = Client(
            base or HOSTS[region],
            name="Intercom",
            setting="INTERCOM_TOKEN",
            hosts=("intercom.io",),
            wait=wait,
            authorize=lambda: bearer(token),
            headers={"Intercom-Version": VERSION},
            **manner,
        )

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Headers of conversations that are closed and were last changed in [since, until)."""
        found = self._search("updated_at", since, until, cursor, ("state", "=", "closed"))
        first, end = since.timestamp(), until.timestamp()
        headers = tuple(
            header(each, self._agent, self._url(each.id))
            for each in found.conversations
            if each and each.state == "closed" and first <= each.updated_at < end
        )
        return Page(
            headers, _next(found), sum(each is None for each in found.conversations), found.total_count
        )

    def list_answers(self, since: datetime, until: datetime, cursor: str | None = None) -> SurveyPage:
        """Ratings given in [since, until), and up to two days around it; a bot's own are kept apart."""
        found = self._search("conversation_rating.replied_at", since, until, cursor)
        return SurveyPage(
            tuple(
                Surveyed(each.id, csat=stars(each.conversation_rating), bot_rating=stars(each.ai_agent))
                for each in found.conversations
                if each is not None
            ),
            _next(found),
        )

    def fetch(self, external_id: str) -> Conversation:
        """A conversation with its messages: the first, and the latest 500 that Intercom hands out."""
        told = self._one(external_id)
        found = replace(header(told, self._agent, self._url(told.id)), messages=messages(told))
        wrote_most = None if found.agent else busiest(found.messages)
        return replace(found, agent=self._agent(wrote_most)) if wrote_most else found

    def look_up(self, external_id: str) -> datetime | None:
        """When a conversation was opened."""
        return moment(self._one(external_id).created_at)

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """Everybody with a seat in the workspace."""
        found = self._client.get(_ADMINS, "/admins").admins
        self._admins = {each.id: HelpdeskAgent(each.id, each.name, each.email) for each in found if each}
        self._admins_at = self._client.now()
        return tuple(self._admins.values())

    def read_webhook(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        url: str,  # noqa: ARG002 - others sign it
        now: datetime,  # noqa: ARG002 - Intercom signs no time
    ) -> tuple[Event, ...]:
        """A conversation that was closed, rated or deleted; other topics say nothing to us."""
        signatures.check(
            self._client_secret,
            body,
            headers.get("x-hub-signature"),
            name="Intercom",
            setting="INTERCOM_CLIENT_SECRET",
            digest="sha1",
            encoding="hex",
            prefix="sha1=",
        )
        try:
            told = edges.Notification.model_validate_json(body)
        except ValidationError:
            raise Invalid("Intercom's webhook cannot be read.") from None
        happening = _TOPICS.get(told.topic)
        if happening is None or told.data is None or told.data.item is None:
            return ()
        return (Event(happening, told.data.item.id),)

    def _one(self, external_id: str) -> edges.Conversation:
        if not external_id.isalnum():
            raise Invalid("This is no id of an Intercom conversation.")
        return self._client.get(_ONE, f"/conversations/{external_id}")

    def _search(
        self,
        field: str,
        since: datetime,
        until: datetime,
        cursor: str | None,
        *further: tuple[str, str, str],
    ) -> edges.ConversationList:
        filters: list[dict[str, Any]] = [
            {"field": field, "operator": ">", "value": int((since - DAYS).timestamp())},
            {"field": field, "operator": "<", "value": int((until + DAYS).timestamp())},
            *({"field": name, "operator": sign, "value": value} for name, sign, value in further),
        ]
        pagination: dict[str, Any] = {"per_page": self._page_size}
        if cursor is not None:
            pagination["starting_after"] = cursor
        asked = {"query": {"operator": "AND", "value": filters}, "pagination": pagination}
        return self._client.post(_LIST, "/conversations/search", asked)

    def _agent(self, admin_id: str) -> HelpdeskAgent:
        if self._admins_at is None or self._client.now() - self._admins_at > ADMINS_KEPT:
            self.agents()
        return self._admins.get(admin_id) or HelpdeskAgent(admin_id)

    def _url(self, conversation_id: str) -> str | None:
        if self._app_id is None:
            me = self._client.get(_ME, "/me")
            self._app_id = (me.app and me.app.id_code) or ""
        if not self._app_id and "{app_id}" in self._link:
            return None
        return self._link.replace("{app_id}", self._app_id).replace("{id}", conversation_id)


def _next(found: edges.ConversationList) -> str | None:
    return found.pages.next.starting_after if found.pages and found.pages.next else None
