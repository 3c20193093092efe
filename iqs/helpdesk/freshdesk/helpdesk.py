"""Freshdesk's API: which call answers which question.

Taken from its documentation, without a live account: that `updated_since` counts the second it names (the one
before is asked for too), that lists end where no Link header names a next page (a full page goes on either way), in
which order ratings come (all pages are read), and that a ticket changes when it is deleted.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar, Unpack

from pydantic import SecretStr, TypeAdapter

from iqs.conversations import Conversation, HelpdeskAgent
from iqs.errors import Invalid, NotFound
from iqs.helpdesk.authorization import basic
from iqs.helpdesk.base import Deletions, Helpdesk, Moved, Page, Presence, Refused, Roster, SurveyPage, Surveys
from iqs.helpdesk.calling import Calling, Manner
from iqs.helpdesk.directory import Directory
from iqs.helpdesk.freshdesk import edges, reading
from iqs.helpdesk.hearing import Heard
from iqs.helpdesk.http import Client
from iqs.helpdesk.oldest_first import onward, position, stamp

T = TypeVar("T")

LINK = "https://{subdomain}.freshdesk.com/a/tickets/{id}"
"""A ticket's page for agents; Freshdesk states it nowhere."""

PAGE_SIZE = 100

EARLY = timedelta(days=7)
"""Customers may rate an answer while the ticket is still open: the ratings of the days before are told again."""

_NO_PASSWORD = "X"  # noqa: S105 - Freshdesk wants any, beside the key

_TICKETS = TypeAdapter(edges.Tickets)
_TICKET = TypeAdapter(edges.Ticket)
_NUMBER = re.compile("(?:archived/)?[0-9]+")
_REPLIES = TypeAdapter(edges.Replies)
_RATINGS = TypeAdapter(edges.RatingList)
_AGENTS = TypeAdapter(edges.Agents)


class Freshdesk(Calling, Helpdesk, Presence, Surveys, Roster, Deletions):
    """An account of Freshdesk, by the API key of an agent who sees every ticket that is reviewed.

    `ratings` off says that the plan has no surveys. First response times are Freshdesk's, all hours counted; there
    is no handle time.
    """

    source = reading.SOURCE

    def __init__(
        self,
        subdomain: str,
        token: SecretStr,
        *,
        ratings: bool = True,
        link: str = LINK,
        page_size: int = PAGE_SIZE,
        base: str | None = None,
        **manner: Unpack[Manner],
    ) -> None:
        self._ratings = ratings
        self._link = link.replace("{subdomain}", subdomain)
        self._page_size = page_size
        self._heard = Heard(reading.wait)
        self._client = Client(
            base or f"https://{subdomain}.freshdesk.com",
            name="Freshdesk",
            setting="FRESHDESK_TOKEN",
            hosts=("freshdesk.com",),
            wait=self._heard,
            authorize=lambda: basic(token.get_secret_value(), _NO_PASSWORD),
            **manner,
        )
        self._directory = Directory(lambda: {each.id: each for each in self.agents()}, self._client.now)

    def list_closed(self, since: datetime, until: datetime, cursor: str | None = None) -> Page:
        """Resolved and closed tickets that changed since `since` and were closed before `until`; oldest change first.

        Page numbers end at about 300, and shift: where each page begins, see `iqs.helpdesk.oldest_first`.
        """
        page, found, following = self._tickets(since, cursor, {"include": "stats,requester"})
        listed = [each for each in found if not each.spam and not each.deleted]
        people = self._directory.of(each.responder_id for each in listed)
        headers = (reading.header_of(each, people, link=self._link) for each in listed)
        return Page(
            tuple(each for each in headers if each.closed_at and each.closed_at < until),
            following,
            unread=len(page) - len(found),
        )

    def fetch(self, external_id: str) -> Conversation:
        """A ticket with its text, replies and notes; two calls, one more for each hundred replies."""
        ticket = _kept(self._one(external_id, {"include": "stats,requester"}))
        path = f"/api/v2/tickets/{external_id}"
        replies = [each for each in self._all(_REPLIES, f"{path}/conversations") if each]
        people = self._directory.of([ticket.responder_id])
        messages = reading.messages_of(ticket, replies)
        return replace(reading.header_of(ticket, people, link=self._link), messages=messages)

    def look_up(self, external_id: str) -> datetime | None:
        """When a ticket was opened. One that Freshdesk has archived stands elsewhere; it was not deleted."""
        try:
            ticket = self._one(external_id, {})
        except (NotFound, Moved):
            ticket = self._one(f"archived/{external_id}", {})
        return _kept(ticket).created_at

    def list_answers(self, since: datetime, until: datetime, cursor: str | None = None) -> SurveyPage:
        """Ratings given in [since, until), and those of the week before once more.

        Raises `Invalid` on a plan without surveys; the setting it names ends the asking.
        """
        if not self._ratings:
            return SurveyPage((), None)
        number = int(cursor or 1)
        try:
            page, goes_on = self._listed(
                _RATINGS,
                "/api/v2/surveys/satisfaction_ratings",
                {"created_since": stamp(since - EARLY)},
                number,
            )
        except (Invalid, NotFound):
            raise Invalid(
                "Freshdesk does not tell its satisfaction ratings: surveys are not part of every plan, and the key's "
                "agent must be allowed to see them. On another plan set FRESHDESK_RATINGS=off."
            ) from None
        return SurveyPage(reading.answers_of(page, until), str(number + 1) if goes_on else None)

    def agents(self) -> tuple[HelpdeskAgent, ...]:
        """Everybody who may answer customers."""
        return reading.agents_of(each for each in self._all(_AGENTS, "/api/v2/agents") if each)

    def list_deleted(
        self, since: datetime, until: datetime, cursor: str | None = None
    ) -> tuple[tuple[str, ...], str | None]:
        """Tickets in the trash that changed since `since`; a second time changes nothing, so `until` is no bound.

        Only those count that say so themselves: a list that was not filtered must cost no text.
        """
        del until
        try:
            _, found, following = self._tickets(since, cursor, {"filter": "deleted"})
        except Refused:
            return (), None  # this account does not list its trash by time
        return tuple(each.id for each in found if each.deleted), following

    def _one(self, which: str, params: Mapping[str, str]) -> edges.Ticket:
        if not _NUMBER.fullmatch(which):
            raise NotFound("Freshdesk knows its tickets by numbers only.")
        return self._client.get(_TICKET, f"/api/v2/tickets/{which}", params)

    def _tickets(
        self, since: datetime, cursor: str | None, params: Mapping[str, str]
    ) -> tuple[list[edges.Ticket | None], list[edges.Ticket], str | None]:
        """A page, what of it makes sense, and the cursor of the next one; oldest change first."""
        start, number = position(cursor, since)
        asked = {"updated_since": start, "order_by": "updated_at", "order_type": "asc", **params}
        page, goes_on = self._listed(_TICKETS, "/api/v2/tickets", asked, number)
        found = [each for each in page if each]
        changed = [each.updated_at for each in found]
        return page, found, onward(changed, start, number, back=timedelta(seconds=1)) if goes_on else None

    def _listed(
        self, model: TypeAdapter[list[T]], path: str, params: Mapping[str, str], number: int
    ) -> tuple[list[T], bool]:
        """A page, and whether there is another one.

        A list without a frame is no proof that nothing is there: an empty last page is asked for once more.
        """
        asked: dict[str, str | int] = {**params, "per_page": self._page_size, "page": number}
        page = self._client.get(model, path, asked)
        if not page and not reading.has_next(self._heard.reply):
            page = self._client.get(model, path, asked)
        return page, reading.has_next(self._heard.reply) or len(page) >= self._page_size

    def _all(self, model: TypeAdapter[list[T]], path: str) -> list[T]:
        found: list[T] = []
        for number in self._client.numbers():
            page, goes_on = self._listed(model, path, {}, number)
            found += page
            if not goes_on:
                break
        return found


def _kept(ticket: edges.Ticket) -> edges.Ticket:
    """The ticket, unless it is in the trash."""
    if ticket.deleted:
        raise NotFound("This ticket was deleted in Freshdesk.")
    return ticket
