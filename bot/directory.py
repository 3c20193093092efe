"""Who is who in Slack: links people to Slack users, and follows who left or became a guest."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from threading import Lock
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.outcomes import Outcome, classify, error_name, retry_after, unanswered
from iqs.people import Person
from iqs.services import absenting, delivering, enrolling
from iqs.storage.store import Store

log = logging.getLogger(__name__)

BATCH = 20  # look-ups in one tick of 30 seconds: below the 50 a minute that Slack allows
ASK_AGAIN = timedelta(hours=6)  # for an address that Slack does not know, and for people known to be well

OUT = timedelta(minutes=2)  # without asking, when Slack did not answer


def is_member(user: Mapping[str, Any], team_id: str, enterprise_id: str | None = None) -> bool:
    """Whether a user object is a full member of our workspace: no bot, guest, stranger or former member."""
    outside = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
    if any(user.get(flag) for flag in outside) or user.get("id") == "USLACKBOT":
        return False
    home = user.get("team_id")
    organisation = (user.get("enterprise_user") or {}).get("enterprise_id")
    return home in (None, team_id) or (enterprise_id is not None and organisation == enterprise_id)


class Directory:
    """Asks Slack a few questions at each tick. Guests, bots and who left are deactivated, never deleted."""

    def __init__(
        self,
        store: Store,
        client: WebClient,
        *,
        team_id: str,
        enterprise_id: str | None,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._client = client
        self._team_id = team_id
        self._enterprise_id = enterprise_id
        self._now = now
        self._lock = Lock()
        self._asked: dict[tuple[str, int], datetime] = {}
        self._not_before = datetime.min.replace(tzinfo=now().tzinfo)

    def sync(self) -> int:
        """Links people by e-mail, then looks after those linked; returns how many people changed.

        At most 20 calls; the next tick goes on. Slack's Retry-After is kept, without sleeping.
        """
        with self._lock:
            if self._now() < self._not_before:
                return 0
            changed, left = 0, BATCH
            unlinked = [person for person in enrolling.unlinked(self._store) if self._due("mail", person)]
            for person in unlinked[:left]:
                changed += self._ask(person, "mail", partial(self._link, person))
                left -= 1
            linked = [person for person in enrolling.linked(self._store) if self._due("user", person)]
            for person in linked[:left]:
                changed += self._ask(person, "user", partial(self._refresh, person))
            return changed

    def user_changed(self, user: Mapping[str, Any]) -> None:
        """Follows one `user_change` event at once; somebody who is not in the programme is ignored."""
        person = enrolling.identify(self._store, str(user.get("id")))
        if person is not None:
            self._apply(person, user)

    def _due(self, question: str, person: Person) -> bool:
        asked = self._asked.get((question, person.id))
        return asked is None or self._now() - asked >= ASK_AGAIN

    def _ask(self, person: Person, question: str, call: Callable[[], bool]) -> int:
        if self._now() < self._not_before:
            return 0
        try:
            changed = call()
        except (SlackApiError, OSError, HTTPException) as error:  # a page cut off is no OSError
            if classify(error) is Outcome.WAIT:
                self._not_before = self._now() + timedelta(seconds=retry_after(error))
                return 0
            if unanswered(
                error
            ):  # each call may take seconds until it is given up, and the clock waits for them
                self._not_before = self._now() + OUT
                log.warning("Slack could not be asked about people: %s", error_name(error))
                return 0
            log.warning("person %d could not be looked up in Slack: %s", person.id, error_name(error))
            changed = False
        self._asked[question, person.id] = self._now()
        return int(changed)

    def _link(self, person: Person) -> bool:
        try:
            user = self._client.users_lookupByEmail(email=person.email or "")["user"]
        except SlackApiError as error:
            if error_name(error) == "users_not_found":
                return False
            raise
        if not is_member(user, self._team_id, self._enterprise_id):
            log.info("person %d is a guest, a bot or gone in Slack and was not linked", person.id)
            return False
        enrolling.link(self._store, person.id, user["id"], user.get("tz"))
        return True

    def _refresh(self, person: Person) -> bool:
        try:
            user = self._client.users_info(user=person.slack_user_id or "")["user"]
        except SlackApiError as error:
            if error_name(error) not in {"user_not_found", "user_not_visible"}:
                raise
            user = {"id": person.slack_user_id, "deleted": True}
        return self._apply(person, user)

    def _apply(self, person: Person, user: Mapping[str, Any]) -> bool:
        slack_user_id = str(user["id"])
        if not is_member(user, self._team_id, self._enterprise_id):
            log.info("person %d left Slack or became a guest: deactivated", person.id)
            enrolling.deactivate(self._store, slack_user_id)
            return True
        delivering.seen(self._store, person.id, now=self._now())
        profile = user.get("profile") or {}
        changed = absenting.status_seen(self._store, person, profile, now=self._now())
        if user.get("tz") and user["tz"] != person.timezone:
            enrolling.link(self._store, person.id, slack_user_id, user["tz"])
            return True
        return changed
