"""Who is asking: the signed workspace and user of a request become a Person, or get a kind refusal.

Bolt lets anybody through who can click (measured), so every request is checked here before any listener:
right workspace, and a person of the programme. The refusal is the same for all and tells nothing.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt import Ack, BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware
from slack_sdk.web import SlackResponse

from blocks import kit, refusal
from blocks.ids import CallbackId
from bot.acks import Outcome, kind_of
from bot.answers import Answers
from bot.interactions import Interaction
from iqs.people import Person
from iqs.services import enrolling
from iqs.storage.store import Store

log = logging.getLogger(__name__)

WORKSPACE_EVENTS = frozenset({"app_uninstalled", "tokens_revoked", "user_change"})
"""Events about the workspace itself: nobody asks for anything, so nobody is identified."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that the bot token belongs to, as auth.test told."""

    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    bot_id: str | None
    scopes: frozenset[str]

    @classmethod
    def of(cls, answer: SlackResponse) -> "Workspace":
        """From the answer of auth.test, whose header lists the granted scopes."""
        headers = {name.lower(): value for name, value in answer.headers.items()}
        granted = headers.get("x-oauth-scopes", "")
        listed = granted if isinstance(granted, str) else ",".join(granted)
        return cls(
            team_id=answer["team_id"],
            enterprise_id=answer.get("enterprise_id"),
            bot_user_id=answer["user_id"],
            bot_id=answer.get("bot_id"),
            scopes=frozenset(scope.strip() for scope in listed.split(",") if scope.strip()),
        )

    def owns(self, body: Mapping[str, Any]) -> bool:
        """Whether a payload's workspace and its user's home are ours or of our Enterprise organisation."""
        homes = _homes(body)
        if not homes:
            return False
        if all(home == self.team_id for home in homes):
            return True
        return self.enterprise_id is not None and _enterprise(body) == self.enterprise_id


def _homes(body: Mapping[str, Any]) -> list[str]:
    """Every workspace id that the payload names: where it comes from, and where its user lives."""
    team, user, event = body.get("team"), body.get("user"), body.get("event")
    named = [
        body.get("team_id"),
        team.get("id") if isinstance(team, Mapping) else team,
        user.get("team_id") if isinstance(user, Mapping) else None,
        event.get("user_team") if isinstance(event, Mapping) else None,
    ]
    return [each for each in named if isinstance(each, str) and each]


def _enterprise(body: Mapping[str, Any]) -> str | None:
    enterprise = body.get("enterprise")
    if isinstance(enterprise, Mapping):
        return enterprise.get("id")
    found = body.get("enterprise_id")
    return found if isinstance(found, str) else None


class Identity(Middleware):
    """The global middleware. A listener behind it asks for `actor` and gets the Person.

    And for `interaction`, through whose store it acts once, however often the request is delivered.
    """

    def __init__(
        self, store: Store, workspace: Workspace, answers: Answers, *, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._workspace = workspace
        self._answers = answers
        self._now = now

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt hands it over
        next: Callable[[], BoltResponse],  # noqa: A002 - Bolt hands it over under this name
    ) -> BoltResponse:
        """Identifies and goes on, or refuses."""
        body, context, ack = req.body, req.context, req.context.ack
        event = body.get("event") or {}
        interaction = context["interaction"] = Interaction(self._store, body, now=self._now())
        ours = self._workspace.owns(body)
        if body.get("type") == "event_callback" and event.get("type") in WORKSPACE_EVENTS:
            return next() if ours else ack()
        actor = self._person(context.user_id, body) if ours else None
        if actor is None:
            interaction.outcome = Outcome.STRANGER
            return self._refuse(body, context.user_id, ack)
        context["actor"] = actor
        return next()

    def _person(self, user_id: str | None, body: Mapping[str, Any]) -> Person | None:
        event = body.get("event") or {}
        if not user_id or event.get("bot_id") or user_id == self._workspace.bot_user_id:
            return None
        return enrolling.identify(self._store, user_id)

    def _refuse(self, body: dict[str, Any], user_id: str | None, ack: Ack) -> BoltResponse:
        """One sentence where the person looks, and nothing else."""
        said = refusal.stranger()
        log.info("refused a %s of somebody who is not in the programme", kind_of(body))
        if "command" in body:
            return ack(text=said["text"], blocks=said["blocks"])
        kind = body.get("type")
        if kind == "view_submission":
            return ack(
                response_action="update", view=kit.modal("IQS", said["blocks"], callback=CallbackId.SENTENCE)
            )
        event = body.get("event") or {}
        in_home = (body.get("view") or {}).get("type") == "home" or event.get("type") == "app_home_opened"
        if in_home and user_id:
            self._answers.publish(user_id, lambda: kit.home(said["blocks"]))
        elif kind == "block_actions":
            self._answers.whisper(body, said)
        return ack()
