"""A review modal that stays open while things happen elsewhere: what was entered in it is kept, and it is told.

Slack keeps what an input shows as long as its block id stays, whatever is drawn into it. So an input keeps its
id while what it shows is right, and gets a new one (`2~rating.solution`) when it must show what is stored now.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from blocks import ids, kit, review
from blocks.kit import Block, View
from blocks.review import Opened
from blocks.text import fit
from iqs.assignments import Card
from iqs.edits import (
    COMMENT,
    EMPTY,
    UNRATED,
    Edit,
    Field,
    Merged,
    Part,
    Value,
    drafted,
    fingerprint,
    merged,
    same,
    values,
)
from iqs.reviews import Draft

NOTICE = "notice"
"""The block at the top that says what happened elsewhere."""

QUOTE = 300
LISTED = 12
TOLD = 20
"""Fields that a window remembers to have told of: Slack takes 3,000 characters with it. Others are told again."""

FIELDS = frozenset({"rating", "causes", "note"})

Json = dict[str, Any]


def read(view: Json, acted: Json | None = None) -> tuple[Opened, Edit]:
    """What the modal was opened on, and what was entered in it; Invalid if it is no review modal of ours.

    `acted` is the action that brought the view: its input counts as chosen just now.
    """
    opened = review.read_opened(view)
    entered = review.read_draft({"state": {"values": _values(view)}})
    drawn = review.read_draft({"state": {"values": _drawn(view)}})
    return opened, Edit(
        entered=entered,
        drawn=drawn,
        told=_told(view),
        chosen=None if acted is None else _field(_name(acted)),
    )


def ticked(edit: Edit) -> Edit:
    """Of an edit only what was chosen just now: the rest of the window stays unsaved, as it is."""
    if edit.chosen is None or edit.chosen.category not in edit.entered.ratings:
        return replace(edit, entered=edit.drawn)
    kept = {**edit.drawn.ratings, edit.chosen.category: edit.entered.ratings[edit.chosen.category]}
    return replace(edit, entered=Draft(kept, edit.drawn.comment))


def redrawn(view: Json, card: Card, *, page: int) -> View:
    """The modal again, as stored now. A clash stays as it is in the window until the person is told of it."""
    _, edit = read(view)
    return _again(view, card, edit, merged(card.draft, edit), page=page)


def told(view: Json, card: Card, sentence: str) -> View:
    """The modal with what was changed elsewhere named at its top, and what was entered here still in it.

    Submitted or saved again, it replaces what is named.
    """
    opened, edit = read(view)
    result = merged(card.draft, edit)
    notice = _notice(card, edit, result, sentence)
    return _again(view, card, edit, result, page=opened.page, notice=notice)


def kept(view: Json, sentence: str) -> View:
    """Any modal of ours as it stands in Slack, with a sentence at its top: for what can no longer be saved."""
    names = ("type", "callback_id", "title", "submit", "close", "private_metadata", "blocks")
    copied: View = {name: view[name] for name in names if view.get(name)}
    rest = [block for block in copied.get("blocks", ()) if block.get("block_id") != NOTICE]
    copied["blocks"] = [_said(sentence), *rest]
    return copied


def errors(view: Json, fields: Mapping[str, str]) -> dict[str, str]:
    """Faults by category key or "comment" → by the ids that the modal's blocks have now."""
    shown = {_name(block): str(block.get("block_id")) for block in view.get("blocks", ())}
    found: dict[str, str] = {}
    for name, sentence in fields.items():
        block = shown.get(ids.rating_block(name), shown.get(ids.COMMENT_BLOCK, ids.COMMENT_BLOCK))
        found[block] = fit(f"{found[block]} {sentence}" if block in found else sentence, review.ERROR)
    return found


def _again(
    view: Json, card: Card, edit: Edit, result: Merged, *, page: int, notice: Block | None = None
) -> View:
    """Draws the merged draft and, in a clash, what the person must find again.

    Each input shows what it is drawn with, clashes that were not told yet aside: Slack goes on showing the entry.
    """
    stored, before, entered = values(card.draft), values(edit.drawn), values(edit.entered)
    shown, basis = dict(values(result.draft)), {}
    for each in result.clashes:
        if notice is None and each not in edit.told:
            shown[each] = before.get(each, EMPTY[each.part])
        else:
            shown[each] = entered.get(each, EMPTY[each.part])
            basis[each] = edit.told.get(each, "")
    for each, value in shown.items():
        there = stored.get(each, EMPTY[each.part])
        if not same(value, there) and (notice is not None or each not in result.clashes):
            basis[each] = fingerprint(there)
    made = review.modal(replace(card, draft=drafted(shown, like=(card.draft, edit.entered))), page=page)
    numbers = {_name(block): _number(block) for block in view.get("blocks", ())}
    for block in made["blocks"]:
        of = _field(_name(block))
        if block["type"] != "input" or of is None or _name(block) not in numbers:
            continue
        now = entered.get(of, EMPTY[of.part])
        stays = of in result.clashes or same(shown.get(of, EMPTY[of.part]), now)
        number = numbers[_name(block)] + (0 if stays else 1)
        block["block_id"] = f"{number}~{_name(block)}" if number else _name(block)
    if basis:
        told = {str(each): name for each, name in list(basis.items())[:TOLD]}
        metadata = {**json.loads(made["private_metadata"]), "told": told}
        made["private_metadata"] = json.dumps(metadata, ensure_ascii=False)
    if notice is not None:
        made["blocks"] = [notice, *made["blocks"]]
    return made


def _notice(card: Card, edit: Edit, result: Merged, sentence: str) -> Block:
    there, here = values(card.draft), values(edit.entered)
    lines = []
    for each in sorted(result.clashes | result.unseen):
        name, now = _called(card, each), _spoken(card, each, there.get(each, EMPTY[each.part]))
        if each in result.clashes:
            mine = _spoken(card, each, here.get(each, EMPTY[each.part]))
            lines.append(kit.line(kit.bold(name), f": {now} there, {mine} here"))
        else:
            lines.append(kit.line(kit.bold(name), f": now {now}"))
    parts = [kit.line(sentence)]
    if lines:
        parts.append(kit.bullets(lines[:LISTED]))
    return {**kit.rich_text(*parts), "block_id": NOTICE}


def _called(card: Card, each: Field) -> str:
    if each == COMMENT:
        return "Comment"
    found = [category.name for category in card.scorecard.categories if category.key == each.category]
    name = fit(found[0] if found else each.category, 60)
    return {Part.CAUSES: f"{name}, root causes", Part.NOTE: f"{name}, note"}.get(each.part, name)


def _spoken(card: Card, each: Field, value: Value) -> str:
    if value in (UNRATED, "", frozenset()):
        return "nothing"
    if isinstance(value, frozenset):
        names = {cause.key: cause.name for cause in card.scorecard.category(each.category).causes}
        return fit(", ".join(sorted(names.get(key, key) for key in value)), QUOTE)
    if isinstance(value, str):
        return f"“{fit(value, QUOTE)}”"
    return "N/A" if value is None else str(value)


def _said(sentence: str) -> Block:
    return {**kit.rich_text(kit.line(kit.bold(sentence, 1000))), "block_id": NOTICE}


def _told(view: Json) -> dict[Field, str]:
    """What the person was told of, from the modal's metadata."""
    try:
        found = json.loads(view.get("private_metadata") or "{}").get("told", {}).items()
    except (ValueError, AttributeError):
        return {}
    fields = {_field(name): str(each) for name, each in found}
    return {each: name for each, name in fields.items() if each is not None}


def _split(block: Json) -> tuple[int, str]:
    number, dot, name = str(block.get("block_id", "")).partition("~")
    return (int(number), name) if dot and number.isdigit() and number.isascii() else (0, number + dot + name)


def _name(block: Json) -> str:
    """A block's id without the number of its drawing."""
    return _split(block)[1]


def _number(block: Json) -> int:
    return _split(block)[0]


def _field(name: str) -> Field | None:
    """The field that a block of this name takes."""
    if name == ids.COMMENT_BLOCK:
        return COMMENT
    part, dot, category = name.partition(".")
    return Field(Part(part), category) if dot and category and part in FIELDS else None


def _values(view: Json) -> Json:
    """The view's state by the names of its blocks."""
    values = (view.get("state") or {}).get("values") or {}
    return {_name({"block_id": block_id}): state for block_id, state in values.items()}


def _drawn(view: Json) -> Json:
    """The state the view would have if nothing had been touched in it: what its inputs begin with."""
    values: Json = {}
    for block in view.get("blocks", ()):
        element = block.get("element") or {}
        if element.get("action_id"):
            values[_name(block)] = {
                element["action_id"]: {
                    "selected_option": element.get("initial_option"),
                    "selected_options": element.get("initial_options"),
                    "value": element.get("initial_value"),
                }
            }
    return values
