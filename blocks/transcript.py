"""A conversation as people read it: its facts in one line, an excerpt, and the whole of it in pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from blocks import kit
from blocks.bodies import Chunk, chunks, elements, lines_of
from blocks.figures import satisfaction
from blocks.kit import Block, Element, Part
from blocks.text import masked
from iqs import streams
from iqs.assignments import Assignment
from iqs.bodies import Line, plain
from iqs.conversations import Author, Conversation, Message
from iqs.quoted import history
from iqs.reviews import ReviewKind, Stream

PIECE = 2_500
PAGE_TEXT = 12_000
"""How much text one page of a modal holds: 250 kB is the end of a view, reading is it sooner."""

GREETING = 60  # an agent's message shorter than this may be "Hi, how can I help?"
EXCERPT_EACH = 500

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
    """As much of one message as stands in one block.

    `history` is the place of the message whose quoted mails it is, or is followed by: then it tells of `folded` lines.
    """

    message: Message
    chunks: tuple[Chunk, ...]
    continued: bool = False
    history: int = 0
    folded: int = 0
    is_history: bool = False

    @property
    def weight(self) -> int:
        return sum(each.weight for each in self.chunks) + 100  # the line above it


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


def reason(
    stream: Stream, period: str, kind: ReviewKind, *, blind: bool = False, picked_for: str | None = None
) -> str:
    """Why it was drawn and what kind of review it is: "Random sample, week 47 · manager review".

    `blind` keeps from a reviewer that another one reads it too: their agreement is measured.
    """
    if blind and stream is Stream.DOUBLE:
        stream = Stream.RANDOM
    return streams.told(stream, kind, period=period, picked_for=picked_for)


def asked(assignment: Assignment) -> str:
    """Why a reviewer has this conversation; from whom a second reading is kept, that is the random sample."""
    return reason(
        assignment.stream,
        assignment.period,
        assignment.kind,
        blind=True,
        picked_for=assignment.picked_for,
    )


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
            kit.quote(kit.words(masked(_news(message)[: each_room * 8], conversation.customer), each_room)),
        ]
    shown = f"{len(picked)} of {len(conversation.messages)} messages"
    return kit.container(f"Excerpt: {shown}, personal data masked", [kit.rich_text(*elements)])


def _news(message: Message) -> str:
    """What a message says itself, up to the mails it quotes."""
    folded = history(message.text)
    return message.text if folded is None else "\n".join(message.text.split("\n")[: folded.start])


def _answer(spoken: Sequence[Message]) -> Message | None:
    written = [each for each in spoken if each.author is Author.AGENT]
    said = next((each for each in written if len(each.text) >= GREETING), None)
    return said or next(iter(written), None)


def page(conversation: Conversation, number: int, *, room: int) -> Page:
    """One page of the whole transcript, at most `room` blocks; a number out of range gives the nearest.

    Mail that a message only quotes is folded into one line and stands behind the last message.
    """
    pages: list[list[_Piece]] = [[]]
    heavy = 0
    for piece in _pieces(conversation.messages):
        if len(pages[-1]) >= room or (pages[-1] and heavy + piece.weight > PAGE_TEXT):
            pages.append([])
            heavy = 0
        pages[-1].append(piece)
        heavy += piece.weight
    found = {
        piece.history: at for at in reversed(range(len(pages))) for piece in pages[at] if piece.is_history
    }
    chosen = min(max(number, 0), len(pages) - 1)
    shown = [_block(piece, conversation, _place(found, piece, chosen)) for piece in pages[chosen]]
    empty = kit.context("This conversation has no messages.")
    return Page(tuple(shown or [empty]), chosen, len(pages))


def _pieces(messages: Sequence[Message]) -> list[_Piece]:
    """The messages in their order, and behind them the mails they quote."""
    said: list[_Piece] = []
    quoted: list[_Piece] = []
    for index, message in enumerate(messages):
        lines = message.body or lines_of(message.text)
        folded = history(plain(lines))
        if folded is None:
            said += _pieces_of(message, lines)
            continue
        before = _pieces_of(message, lines[: folded.start])
        said += [*before[:-1], replace(before[-1], history=index, folded=_count(lines, folded))]
        if any(line.runs for line in lines[folded.stop :]):
            said += _pieces_of(message, lines[folded.stop :], continued=True)
        mails = _pieces_of(message, lines[folded.start : folded.stop])
        quoted += [replace(each, history=index, is_history=True) for each in mails]
    return said + quoted


def _count(lines: Sequence[Line], folded: range) -> int:
    return sum(bool(lines[each].runs) for each in folded)


def _place(found: Mapping[int, int], piece: _Piece, here: int) -> str:
    """Where the mails stand that a piece folds away."""
    page = found.get(piece.history, here)
    return "below" if page == here else f"on page {page + 1}"


def _pieces_of(message: Message, lines: Sequence[Line], *, continued: bool = False) -> list[_Piece]:
    pieces: list[_Piece] = []
    kept: list[Chunk] = []
    heavy = 0
    for chunk in chunks(lines, PIECE):
        if kept and heavy + chunk.weight > PIECE:
            pieces.append(_Piece(message, tuple(kept), continued=continued or bool(pieces)))
            kept, heavy = [], 0
        kept.append(chunk)
        heavy += chunk.weight
    return [*pieces, _Piece(message, tuple(kept), continued=continued or bool(pieces))]


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


def _block(piece: _Piece, conversation: Conversation, place: str) -> Block:
    head = kit.line(*_head(piece, conversation))
    shown = elements(piece.chunks, barred=piece.is_history or piece.message.author is not Author.AGENT)
    if not piece.folded:
        return kit.rich_text(head, *shown)
    lines = f"{piece.folded:,} {'line' if piece.folded == 1 else 'lines'}"
    return kit.rich_text(head, *shown, kit.line(kit.italic(f"Earlier messages quoted: {lines}, {place}")))


def _head(piece: _Piece, conversation: Conversation) -> Sequence[Part]:
    message = piece.message
    name = _NAMES[message.author]
    agent = conversation.agent
    if message.author is Author.AGENT and agent is not None and agent.name and message.author_id == agent.id:
        name = f"{name} {agent.name}"
    head: list[Part] = [kit.bold(name, 120)]
    if piece.is_history:
        head.append(" · earlier messages, quoted")
    if piece.continued:
        head.append(" (continued)")
    elif message.at is not None:
        head += [" · ", kit.date(message.at)]
    return head
