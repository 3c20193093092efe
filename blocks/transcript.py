"""A conversation as people read it: its facts in one line, an excerpt, and the whole of it in pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blocks import kit
from blocks.figures import KINDS, STREAMS, satisfaction
from blocks.kit import Block, Element, Part
from blocks.text import masked, pieces, weight
from iqs.conversations import Author, Conversation, Message
from iqs.reviews import ReviewKind, Stream

PIECE = 2_500
PAGE_TEXT = 12_000
"""How much text one page of a modal holds: 250 kB is the end of a view, reading is it sooner."""

GREETING = 60  # an agent's message shorter than this may be "Hi, how can I help?"
EXCERPT_EACH = 500

_WEEK = re.compile(r"\d{4}-W(\d\d)", re.ASCII)
_NAMES = {
    Author.CUSTOMER: "Customer",
    Author.AGENT: "Agent",
    Author.BOT: "Bot, automatic message",
    Author.NOTE: "Internal note, not seen by the customer",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a transcript, and which of how many it is (from 0)."""

    blocks: tuple[Block, ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """As much of one message as stands in one block."""

    message: Message
    text: str
    continued: bool


def facts(conversation: Conversation, whose: str) -> Element:
    """Who, where, how the customer rated it, when: "Maya Lind · chat · CSAT 4 of 5 · closed Nov 18"."""
    channel = conversation.channel.strip() or "conversation"
    parts: list[Part] = [kit.bold(whose, 100), kit.words(f" · {channel}", 60)]
    rated = satisfaction(conversation.csat)
    if rated:
        parts.append(f" · {rated}")
    moment = conversation.closed_at or conversation.opened_at
    if moment:
        parts += [" · closed " if conversation.closed_at else " · opened ", kit.date(moment)]
    return kit.line(*parts)


def subject(conversation: Conversation, *, redacted: bool) -> Element | None:
    """The subject in italics; None without one."""
    told = (conversation.subject or "").strip()
    if not told:
        return None
    return kit.line(kit.italic(masked(told, conversation.customer) if redacted else told, 200))


def reason(stream: Stream, period: str, kind: ReviewKind, *, blind: bool = False) -> str:
    """Why it was drawn and what kind of review it is: "Random sample, week 47 · manager review".

    `blind` keeps from a reviewer that another one reads it too: their agreement is measured.
    """
    if blind and stream is Stream.DOUBLE:
        stream = Stream.RANDOM
    week = _WEEK.fullmatch(period)
    when = f", week {int(week[1])}" if week else ""
    return f"{STREAMS[stream].capitalize()}{when} · {KINDS[kind]}"


def excerpt(conversation: Conversation, room: int) -> Block | None:
    """The first question, the first answer that is no mere greeting and the last word; redacted and folded.

    None if nothing fits in `room`.
    """
    spoken = [each for each in conversation.messages if each.author in {Author.CUSTOMER, Author.AGENT}]
    picked: list[Message] = []
    for wanted in (
        next((each for each in spoken if each.author is Author.CUSTOMER), None),
        _answer(spoken),
        spoken[-1] if spoken else None,
    ):
        if wanted is not None and wanted not in picked:
            picked.append(wanted)
    each_room = min(EXCERPT_EACH, (room - 150) // 3 - 30)
    if not picked or each_room < 60:
        return None
    elements: list[Element] = []
    for message in picked:
        elements += [
            kit.line(kit.bold(_NAMES[message.author])),
            kit.quote(kit.words(masked(message.text[: each_room * 8], conversation.customer), each_room)),
        ]
    shown = f"{len(picked)} of {len(conversation.messages)} messages"
    return kit.container(f"Excerpt: {shown}, personal data masked", [kit.rich_text(*elements)])


def _answer(spoken: Sequence[Message]) -> Message | None:
    written = [each for each in spoken if each.author is Author.AGENT]
    said = next((each for each in written if len(each.text) >= GREETING), None)
    return said or next(iter(written), None)


def page(conversation: Conversation, number: int, *, room: int) -> Page:
    """One page of the whole transcript, at most `room` blocks; a number out of range gives the nearest."""
    pages: list[list[_Piece]] = [[]]
    heavy = 0
    for message in conversation.messages:
        for index, text in enumerate(pieces(message.text, PIECE)):
            size = weight(text) + 100  # the line above it
            if len(pages[-1]) >= room or (pages[-1] and heavy + size > PAGE_TEXT):
                pages.append([])
                heavy = 0
            pages[-1].append(_Piece(message, text, continued=index > 0))
            heavy += size
    chosen = min(max(number, 0), len(pages) - 1)
    shown = [_block(piece, conversation) for piece in pages[chosen]]
    empty = kit.context("This conversation has no messages.")
    return Page(tuple(shown or [empty]), chosen, len(pages))


def turner(shown: Page, block_id: str, previous: str, following: str, prefix: str = "") -> list[Block]:
    """The buttons to the pages before and after, and where one is; nothing for a single page."""
    if shown.pages == 1:
        return []
    buttons = []
    if shown.number > 0:
        label = f"Read page {shown.number} of {shown.pages}"
        buttons.append(kit.button("← Previous page", previous, f"{prefix}{shown.number - 1}", label=label))
    if shown.number < shown.pages - 1:
        label = f"Read page {shown.number + 2} of {shown.pages}"
        buttons.append(kit.button("Next page →", following, f"{prefix}{shown.number + 1}", label=label))
    told = f"Page {shown.number + 1} of {shown.pages} of the conversation"
    return [kit.context(told), kit.actions(block_id, buttons)]


def _block(piece: _Piece, conversation: Conversation) -> Block:
    paragraph = kit.line if piece.message.author is Author.AGENT else kit.quote
    head = kit.line(*_head(piece.message, conversation, continued=piece.continued))
    return kit.rich_text(head, paragraph(kit.words(piece.text, PIECE)))


def _head(message: Message, conversation: Conversation, *, continued: bool) -> Sequence[Part]:
    name = _NAMES[message.author]
    agent = conversation.agent
    if message.author is Author.AGENT and agent is not None and agent.name and message.author_id == agent.id:
        name = f"{name} {agent.name}"
    head: list[Part] = [kit.bold(name, 120)]
    if continued:
        head.append(" (continued)")
    elif message.at is not None:
        head += [" · ", kit.date(message.at)]
    return head
