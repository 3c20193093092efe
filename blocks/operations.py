"""The part of the App Home that admins see, and leads for their teams: what keeps things from moving."""

from dataclasses import dataclass
from typing import Any

from blocks import kit, outbox
from blocks.figures import count
from blocks.ids import ActionId, number, unreadable
from blocks.kit import Block, Element
from blocks.text import fit
from iqs.outbox import Entry, Wait, wait_of
from iqs.oversight import Operations, SyncState, UnmappedAgent

_MAP = "map."
_RETRIABLE = {Wait.REFUSED, Wait.MAYBE, Wait.RETRY, Wait.UNREACHABLE}
SURE = ":sure"


@dataclass(frozen=True, slots=True)
class Retry:
    """Send a Notice again; `sure` that it is not there though it may have arrived."""

    notice_id: int
    sure: bool


def section(operations: Operations | None) -> list[Block]:
    """The section; nothing for whom it is not meant."""
    if operations is None:
        return []
    blocks = [kit.header("Delivery"), *_trouble(operations), *_stuck(operations)]
    if operations.syncs:
        blocks.append(kit.rich_text(*(_sync(each) for each in operations.syncs[:10])))
    return [*blocks, *_unmapped(operations)]


def read_retry(action: dict[str, Any]) -> Retry:
    """Which Notice is to be sent again. Invalid for a value that we never wrote."""
    value = str(action.get("value") or "")
    return Retry(number(value.removesuffix(SURE)), value.endswith(SURE))


def read_cancel(action: dict[str, Any]) -> int:
    """Which Notice is given up. Invalid for a value that we never wrote."""
    return number(action.get("value"))


def read_mapping(action: dict[str, Any]) -> tuple[int, str]:
    """(a conversation of the agent, the Slack user who was chosen). Invalid for what we never wrote."""
    block, user = str(action.get("block_id")), action.get("selected_user")
    if not block.startswith(_MAP) or not isinstance(user, str) or not user:
        raise unreadable()
    return number(block.removeprefix(_MAP)), user


def _trouble(operations: Operations) -> list[Block]:
    if operations.trouble is None:
        return []
    error, since = operations.trouble
    meaning = outbox.reason(error)
    said: list[str | Element] = [
        kit.bold(f"Nothing is sent. {meaning.why} "),
        "Since ",
        kit.date(since),
        f". {meaning.do}",
    ]
    return [kit.rich_text(kit.line(*said))]


def _stuck(operations: Operations) -> list[Block]:
    if not operations.stuck:
        return (
            []
            if operations.trouble
            else [kit.section("Everything that was to be sent has been, or has its time.")]
        )
    blocks: list[Block] = []
    for each in operations.stuck:
        blocks += _entry(each, wait_of(each, operations.at), operations)
    more = operations.stuck_count - len(operations.stuck)
    if more > 0:
        blocks.append(kit.context(f"and {more} more; all of them: iqs outbox list"))
    return blocks


def _entry(entry: Entry, wait: Wait, operations: Operations) -> list[Block]:
    meaning = outbox.meaning(entry, operations.at)
    name = fit(outbox.title(entry), 120)
    told = kit.rich_text(
        kit.line(kit.bold(name), ", since ", kit.date(entry.first_try_at or entry.not_before)),
        kit.line(fit(f"{meaning.why} {meaning.do}", 600)),
    )
    buttons: list[Element] = []
    if wait in _RETRIABLE:
        maybe = wait is Wait.MAYBE
        retry = kit.button(
            "Retry", ActionId.DELIVERY_RETRY, f"{entry.id}{SURE if maybe else ''}", label=f"Retry {name}"[:75]
        )
        if maybe:
            retry["confirm"] = _confirm(
                "Send it again?",
                "It may have arrived. Look into the conversation first: twice is worse than late.",
                "It is not there",
            )
        buttons.append(retry)
    cancel = kit.button("Cancel", ActionId.DELIVERY_CANCEL, entry.id, label=f"Cancel {name}"[:75])
    cancel["confirm"] = _confirm(
        "Give it up?", "It will never be sent. What it is about stays as it is.", "Give it up"
    )
    return [told, kit.actions(f"delivery.{entry.id}", [*buttons, cancel])]


def _confirm(title: str, text: str, yes: str) -> Element:
    return {
        "title": kit.plain(title, 100),
        "text": kit.plain(text, 300),
        "confirm": kit.plain(yes, 30),
        "deny": kit.plain("Back", 30),
    }


def _sync(state: SyncState) -> Element:
    """A helpdesk in one line."""
    name = kit.bold(fit(state.source, 40).capitalize())
    if state.error:
        return kit.line(name, f" could not be read: {fit(state.error, 160)}")
    if state.doubt:
        return kit.line(name, f" answers, but {fit(state.doubt, 200)}")
    if state.running:
        return kit.line(name, f" is being read, {count(state.listed, 'conversation')} so far")
    if state.complete_until is None:
        return kit.line(name, " has not been read yet")
    return kit.line(name, " is here: everything closed until ", kit.date(state.complete_until))


def _unmapped(operations: Operations) -> list[Block]:
    if not operations.unmapped:
        return []
    many = operations.unmapped_count
    blocks: list[Block] = [
        kit.section(
            f"{count(many, 'helpdesk agent')} nobody here is known to be: their conversations are drawn for nobody. "
            "Say who they are; a name alone decides nothing."
        )
    ]
    blocks += [_agent(each) for each in operations.unmapped]
    if many > len(operations.unmapped):
        blocks.append(
            kit.context(f"and {many - len(operations.unmapped)} more; they move up as you map these.")
        )
    return blocks


def _agent(agent: UnmappedAgent) -> Block:
    known = (
        ", ".join(fit(each, 80) for each in (agent.name, agent.email) if each)
        or f"agent {fit(agent.external_id, 40)}"
    )
    return {
        "type": "section",
        "block_id": f"{_MAP}{agent.conversation_id}",
        "text": kit.plain(
            f"{known} · {fit(agent.source, 40)} · {count(agent.conversations, 'conversation')}", 400
        ),
        "accessory": {
            "type": "users_select",
            "action_id": ActionId.DELIVERY_MAP,
            "placeholder": kit.plain("Who is this?", 150),
        },
    }
