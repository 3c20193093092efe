"""conversations.*: open a direct message, read what was said, list channels and members."""

from typing import Any

from bot.sandbox.ids import BOT_USER, TEAM_ID
from bot.sandbox.scopes import conversation_scope
from bot.sandbox.webapi.call import Call, Method, Refused, invalid
from bot.sandbox.workspace import Message

KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def open_direct_message(call: Call) -> dict[str, Any]:
    """conversations.open with one person (or with the id of a conversation)."""
    if (channel := call.text("channel")) is not None:
        found = call.workspace.conversations.get(channel)
        if found is None or found.kind != "im":
            raise Refused("channel_not_found")
        return {"no_op": True, "already_open": True, "channel": {"id": found.id}}
    users = [user.strip() for user in (call.text("users") or "").split(",") if user.strip()]
    if not users:
        raise Refused("users_list_not_supplied")
    call.needs("im:write" if len(users) == 1 else "mpim:write")
    if len(users) > 1:
        raise invalid("the sandbox opens direct messages with one person only")
    user = call.workspace.users.get(users[0])
    if user is None:
        raise Refused("user_not_found")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    if user.team_id != TEAM_ID:
        raise Refused("user_not_visible")
    if user.deleted:
        raise Refused("user_disabled")
    conversation = call.workspace.direct_message(user.id)
    channel_object: dict[str, Any] = {"id": conversation.id}
    if call.flag("return_im"):
        channel_object = conversation.as_slack(int(call.workspace.clock.now().timestamp()))
    return {"no_op": True, "already_open": True, "channel": channel_object}


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = _moment(call, "oldest", 0.0), _moment(call, "latest", float("inf"))
    if call.flag("inclusive"):
        return [m for m in messages if oldest <= float(m.ts) <= latest]
    return [m for m in messages if oldest < float(m.ts) < latest]


def _moment(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError:
        raise Refused(f"invalid_ts_{name}") from None


def _readable(call: Call, message: Message, replies: list[Message]) -> dict[str, Any]:
    said = message.as_slack(with_metadata=call.flag("include_all_metadata"))
    if replies:
        people = list(dict.fromkeys(reply.user for reply in replies))
        said |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(people),
            "latest_reply": replies[-1].ts,
            "reply_users": people,
        }
    return said


def _pages(messages: list[dict[str, Any]], following: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"messages": messages, "has_more": bool(following), "pin_count": 0}
    if following:
        answer["response_metadata"] = {"next_cursor": following}
    return answer


def history(call: Call) -> dict[str, Any]:
    """conversations.history: the newest first, without replies and ephemerals."""
    conversation = call.conversation("history")
    if BOT_USER not in conversation.members:
        raise Refused("not_in_channel")
    top = [
        m
        for m in conversation.messages
        if m.only_for is None and (m.thread_ts in (None, m.ts) or m.broadcast)
    ]
    found, following = call.page(_between(call, top)[::-1], most=999)
    return _pages([_readable(call, m, conversation.replies(m.ts)) for m in found], following)


def replies(call: Call) -> dict[str, Any]:
    """conversations.replies: the parent, then the answers in order."""
    conversation = call.conversation("history")
    ts = call.required("ts")
    parent = conversation.find(ts)
    if parent is None or parent.only_for is not None:
        raise Refused("thread_not_found")
    answers = conversation.replies(ts)
    found, following = call.page([parent, *_between(call, answers)])
    return _pages([_readable(call, m, answers if m is parent else []) for m in found], following)


def info(call: Call) -> dict[str, Any]:
    """conversations.info."""
    conversation = call.conversation("read")
    return {"channel": conversation.as_slack(int(call.workspace.clock.now().timestamp()))}


def members(call: Call) -> dict[str, Any]:
    """conversations.members."""
    conversation = call.conversation("read")
    found, following = call.page(conversation.members)
    return {"members": found, "response_metadata": {"next_cursor": following}}


def list_conversations(call: Call) -> dict[str, Any]:
    """conversations.list, for the kinds whose scope was granted."""
    wanted = [kind.strip() for kind in (call.text("types") or "public_channel").split(",")]
    for kind in wanted:
        if kind not in KINDS:
            raise Refused("invalid_types")
        call.needs("mpim:read" if kind == "mpim" else conversation_scope(KINDS[kind], "read"))
    now = int(call.workspace.clock.now().timestamp())
    kinds = {KINDS[kind] for kind in wanted}
    visible = [
        c.as_slack(now)
        for c in call.workspace.conversations.values()
        if c.kind in kinds
        and (c.kind != "private" or BOT_USER in c.members)
        and not (call.flag("exclude_archived") and c.is_archived)
    ]
    found, following = call.page(visible)
    return {"channels": found, "response_metadata": {"next_cursor": following}}


METHODS: dict[str, Method] = {
    "conversations.open": open_direct_message,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.list": list_conversations,
}
