"""What a person does in Slack, from the click to what they see after the ack."""

import asyncio
import re
from typing import Any

from bot.sandbox import answers, payloads
from bot.sandbox.courier import Ack, Courier
from bot.sandbox.ids import BOT_USER, SLACKBOT
from bot.sandbox.people import SandboxUser
from bot.sandbox.responses import respond
from bot.sandbox.submissions import take_answer
from bot.sandbox.tickets import ResponseURL
from bot.sandbox.views import View
from bot.sandbox.webapi.call import Refused
from bot.sandbox.workspace import Conversation, Message, Workspace

RETRIES = (0.0, 60.0, 300.0)  # seconds until Slack tries an unacknowledged event again
TROUBLE = "We had some trouble connecting. Try again?"


class Impossible(Exception):
    """The person cannot do that: Slack's client offers no way."""


class Interactions:
    """Turns acts into payloads, delivers them, and shows what the ack says."""

    def __init__(self, workspace: Workspace, courier: Courier, base_url: str) -> None:
        self.workspace = workspace
        self.courier = courier
        self.base_url = base_url
        self._retries: set[asyncio.Task[None]] = set()

    def person(self, user_id: str) -> SandboxUser:
        """Somebody who can act; raises Impossible."""
        user = self.workspace.users.get(user_id)
        if user is None or user.is_bot or user.deleted:
            raise Impossible("user_not_found")
        return user

    def conversation(self, user: SandboxUser, channel: str) -> Conversation:
        """A conversation that `user` can see; raises Impossible."""
        found = self.workspace.conversations.get(channel)
        if found is None or (found.kind != "public" and user.id not in found.members):
            raise Impossible("channel_not_found")
        return found

    async def command(self, user: SandboxUser, channel: str, text: str) -> dict[str, Any]:
        """Type a slash command into a conversation."""
        conversation = self.conversation(user, channel)
        name, _, rest = text.strip().partition(" ")
        known = self.workspace.manifest.command(name)
        if known is None:
            sentence = f"{name} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands."  # noqa: E501  (Slack's own sentence)
            return {"ok": False, "error": "invalid_command", "message": sentence}
        rest = rest.strip()
        said = self._escaped(rest) if known.should_escape else rest
        ticket = ResponseURL(user.id, conversation.id, None, self.workspace.clock.now())
        url = self._response_url("commands", ticket)
        payload = payloads.command(self.workspace, user, conversation, said=(name, said), response_url=url)
        ack = await self.courier.deliver("slash_commands", payload)
        error = ack.error
        if ack.ok and (body := _command_body(ack.body)):
            try:
                if body.get("response_type") == "in_channel":
                    self._say_as(user, conversation, text.strip(), None)
                respond(self.workspace, ticket, body)
            except Refused as refused:
                error = refused.error
        if error:
            sentence = f'{name} failed with the error "{error}"'
            ts = self.workspace.next_ts()
            self.workspace.say(conversation, Message(ts, SLACKBOT, sentence, [], only_for=user.id))
            return {"ok": False, "error": error, "message": sentence, "ack_ms": ack.ms}
        return {"ok": True, "ack_ms": ack.ms}

    async def act(
        self,
        user: SandboxUser,
        container: dict[str, Any],
        action_id: str,
        *,
        block_id: str | None,
        value: Any,
        state: dict[str, dict[str, Any]],
    ) -> dict[str, Any]:
        """Click or choose something in a message, a modal or a Home tab."""
        if container.get("type") == "view":
            view = self._view(user, str(container.get("view_id")))
            fill(view, state)
            block, element = _offered(view.blocks, action_id, block_id)
            action = _take(block, element, value, view.given)
            payload = payloads.action_in_view(self.workspace, user, view, action)
        else:
            conversation = self.conversation(user, str(container.get("channel")))
            message = conversation.find(str(container.get("ts")))
            if message is None or message.only_for not in (None, user.id):
                raise Impossible("message_not_found")
            block, element = _offered(message.blocks, action_id, block_id)
            given = message.answers.setdefault(user.id, {})
            _merge(message.blocks, given, state)
            action = _take(block, element, value, given)
            ticket = ResponseURL(user.id, conversation.id, message.ts, self.workspace.clock.now())
            url = self._response_url("actions", ticket)
            payload = payloads.action_in_message(
                self.workspace, user, conversation, message, action=action, response_url=url
            )
        ack = await self.courier.deliver("interactive", payload)
        return _outcome(ack, f"{self.workspace.manifest.bot_name} didn’t respond. Try again?")

    async def submit(
        self, user: SandboxUser, view_id: str, state: dict[str, dict[str, Any]]
    ) -> dict[str, Any]:
        """Press the submit button of the top modal."""
        view = self._view(user, view_id)
        if self.workspace.views.stack(user.id)[-1:] != [view] or not view.content.get("submit"):
            raise Impossible("view_not_submittable")
        fill(view, state)
        values = answers.state_values(view.blocks, view.given)
        if errors := answers.complaints(view.blocks, values):
            return {"ok": False, "error": "incomplete", "errors": errors}
        ack = await self.courier.deliver("interactive", payloads.submission(self.workspace, user, view))
        if not ack.ok:
            return _outcome(ack, TROUBLE)
        try:
            answer = take_answer(self.workspace, view, ack.body)
        except Refused as refused:
            return {
                "ok": False,
                "error": refused.error,
                "message": TROUBLE,
                "ack_ms": ack.ms,
                "details": refused.body.get("response_metadata", {}).get("messages", []),
            }
        return {"ack_ms": ack.ms, **answer}

    async def close(self, user: SandboxUser, view_id: str, *, everything: bool = False) -> dict[str, Any]:
        """Cancel a modal (or, with `everything`, the whole stack)."""
        view = self._view(user, view_id)
        stack = self.workspace.views.stack(user.id)
        if view not in stack:
            raise Impossible("view_not_found")
        bottom = 0 if everything or view.content.get("clear_on_close") else stack.index(view)
        closing = stack[bottom:][::-1]
        del stack[bottom:]
        self.workspace.tell("views", only_for=user.id)
        outcome: dict[str, Any] = {"ok": True}
        for each in closing:
            if each.content.get("notify_on_close"):
                payload = payloads.closed(self.workspace, user, each, cleared=len(closing) > 1)
                outcome = _outcome(await self.courier.deliver("interactive", payload), TROUBLE)
        return outcome

    async def home(self, user: SandboxUser) -> dict[str, Any]:
        """Open the app's Home tab."""
        if not self.workspace.manifest.home_tab:
            raise Impossible("not_enabled")
        shown = self.workspace.views.homes.get(user.id)
        inner: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": self.workspace.direct_message(user.id).id,
            "tab": "home",
        }
        if shown is not None:
            inner["view"] = shown.as_slack()
        ack = await self.emit(inner)
        return {"ok": True} if ack is None else _outcome(ack, "This app’s Home did not load. Try again?")

    async def say(self, user: SandboxUser, channel: str, text: str, thread_ts: str | None) -> dict[str, Any]:
        """Write a message as a person."""
        conversation = self.conversation(user, channel)
        manifest = self.workspace.manifest
        if conversation.kind == "im" and (not manifest.messages_tab or manifest.messages_read_only):
            sentence = "Sending messages to this app has been turned off."
            return {"ok": False, "error": "messages_tab_disabled", "message": sentence}
        if user.id not in conversation.members:
            raise Impossible("not_in_channel")
        message = self._say_as(user, conversation, text, thread_ts)
        inner = {**message.as_slack(), "channel": conversation.id}
        if BOT_USER in conversation.members:
            suffix = {"public": "channels", "private": "groups", "im": "im"}[conversation.kind]
            kind = {"public": "channel", "private": "group", "im": "im"}[conversation.kind]
            await self.emit({**inner, "channel_type": kind}, subscription=f"message.{suffix}")
            if f"<@{BOT_USER}>" in text and conversation.kind != "im":
                await self.emit({**inner, "type": "app_mention"})
        return {"ok": True, "ts": message.ts}

    async def emit(self, inner: dict[str, Any], subscription: str | None = None) -> Ack | None:
        """Send an event if the app subscribed to it; unacknowledged, it is tried three times more."""
        if (subscription or inner["type"]) not in self.workspace.manifest.events:
            return None
        payload = payloads.event(self.workspace, inner)
        ack = await self.courier.deliver("events_api", payload)
        if not ack.ok and self.courier.connected:
            task = asyncio.create_task(self._retry(payload, ack))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)
        return ack

    async def _retry(self, payload: dict[str, Any], ack: Ack) -> None:
        for number, pause in enumerate(RETRIES, start=1):
            await asyncio.sleep(pause)
            reason = "http_timeout" if ack.error == "operation_timeout" else "http_error"
            ack = await self.courier.deliver("events_api", payload, (number, reason))
            if ack.ok:
                return

    def stop(self) -> None:
        """Give up on what would still be retried."""
        for task in self._retries:
            task.cancel()

    def _view(self, user: SandboxUser, view_id: str) -> View:
        view = self.workspace.views.find(view_id=view_id)
        if view is None or view.user != user.id:
            raise Impossible("view_not_found")
        return view

    def _response_url(self, kind: str, ticket: ResponseURL) -> str:
        return f"{self.base_url}/{kind}/{self.workspace.tickets.response_url(ticket)}"

    def _say_as(self, user: SandboxUser, where: Conversation, text: str, thread_ts: str | None) -> Message:
        return self.workspace.say(
            where, Message(self.workspace.next_ts(), user.id, text, [], thread_ts=thread_ts)
        )

    def _escaped(self, text: str) -> str:
        people = {user.name: user.id for user in self.workspace.users.values()}
        channels = {c.name: c.id for c in self.workspace.conversations.values() if c.kind == "public"}
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = re.sub(r"&lt;(@[A-Z0-9]+(?:\|[^&]*)?|#[A-Z0-9]+(?:\|[^&]*)?)&gt;", r"<\1>", text)

        def named(match: re.Match[str]) -> str:
            known, mark = (people, "@") if match[1] == "@" else (channels, "#")
            return f"<{mark}{known[match[2]]}|{match[2]}>" if match[2] in known else match[0]

        return re.sub(r"(?<![\w<])([@#])([\w.-]*\w)", named, text)


def fill(view: View, state: dict[str, dict[str, Any]]) -> None:
    """Type plain values into a view."""
    _merge(view.blocks, view.given, state)


def _merge(blocks: list[dict[str, Any]], given: answers.Values, state: dict[str, dict[str, Any]]) -> None:
    for block_id, actions in state.items():
        for action_id, value in actions.items():
            found = answers.find_element(blocks, action_id, block_id)
            if found and found[1]["type"] in answers.FIELDS:
                given.setdefault(block_id, {})[action_id] = answers.answer(found[1], value)


def _offered(
    blocks: list[dict[str, Any]], action_id: str, block_id: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    found = answers.find_element(blocks, action_id, block_id)
    if found is None:
        raise Impossible("action_not_found")
    block = found[0]
    if block["type"] == "input" and not block.get("dispatch_action"):
        raise Impossible("no_dispatch_action")
    return found


def _take(
    block: dict[str, Any], element: dict[str, Any], value: Any, given: answers.Values
) -> dict[str, Any]:
    state: dict[str, Any] | None = None
    if element["type"] == "overflow":
        option = next((option for option in element["options"] if option["value"] == value), None)
        if option is None:
            raise answers.NotOffered(f"{value!r} is none of the options of {element['action_id']!r}.")
        state = {"selected_option": option}
    elif element["type"] in answers.FIELDS:
        state = answers.answer(element, value)
        given.setdefault(block["block_id"], {})[element["action_id"]] = state
    return payloads.acted(element, block["block_id"], state)


def _command_body(body: Any) -> dict[str, Any] | None:
    if isinstance(body, str):
        return {"text": body} if body.strip() else None
    if isinstance(body, dict) and any(body.get(key) for key in ("text", "blocks", "attachments")):
        return body
    return None


def _outcome(ack: Ack, sentence: str) -> dict[str, Any]:
    if ack.ok:
        return {"ok": True, "ack_ms": ack.ms}
    return {"ok": False, "error": ack.error, "message": sentence, "ack_ms": ack.ms}
