"""The review modal: the whole conversation, the same ratings, and nothing typed is lost."""

import pytest

from blocks import ids, review, skip
from blocks.ids import ActionId
from iqs.assignments import SkipReason
from iqs.errors import Invalid
from iqs.reviews import Draft, Rating
from tests.blocks import cases
from tests.blocks.clicks import action, submitted
from tests.blocks.judge import read

DRAFT = Draft(
    {
        "solution": Rating(3, ("policy", "incomplete"), "The refund was not mentioned."),
        "tone": Rating(5, (), "So kind."),
        "product": Rating(None),
        "process": Rating(1),
    },
    "Thank you, Maya.\nSee you.",
)


def block_ids(view):
    return [each["block_id"] for each in view["blocks"] if each["type"] == "input"]


def test_the_draft_comes_back():
    """A modal that is submitted untouched says exactly the draft it was drawn from."""
    view = review.modal(cases.card(draft=DRAFT))
    assert review.read_draft(submitted(view)) == DRAFT


def test_the_fattest_draft_comes_back():
    """Twelve categories with ten causes each and the longest notes survive the way through Slack."""
    card = cases.fat_card()
    found = review.read_draft(submitted(review.modal(card)))
    assert found.ratings.keys() == card.draft.ratings.keys()
    assert {key: each.causes for key, each in found.ratings.items()} == {
        key: each.causes for key, each in card.draft.ratings.items()
    }


def test_what_is_typed_is_read():
    """Choices, causes, notes and the comment of the person win over what was drawn."""
    view = review.modal(cases.card(draft=DRAFT))
    changed = submitted(
        view,
        typed={"note.solution": "Better.", "comment": "New comment"},
        picked={"rating.solution": "4", "causes.solution": ["policy"], "rating.grammar": "na"},
    )
    draft = review.read_draft(changed)
    assert draft.ratings["solution"] == Rating(4, ("policy",), "Better.")
    assert draft.ratings["grammar"] == Rating(None)
    assert draft.comment == "New comment"


def test_an_untouched_modal_is_an_empty_draft():
    """Nothing chosen reads as nothing rated."""
    assert review.read_draft(submitted(review.modal(cases.card()))) == Draft()


def test_a_choice_in_the_modal_is_read():
    """A radio button tells category and value, N/A as None; anything else is refused."""
    chosen = {"block_id": "rating.tone", "action_id": ActionId.REVIEW_RATING}
    assert review.read_rating({**chosen, "selected_option": {"value": "4"}}) == review.Chosen("tone", 4)
    assert review.read_rating({**chosen, "selected_option": {"value": "na"}}) == review.Chosen("tone", None)
    for forged in ({}, chosen, {**chosen, "selected_option": {"value": "x"}}, {"block_id": "note.tone"}):
        with pytest.raises(Invalid):
            review.read_rating(forged)


def test_causes_are_asked_below_the_top_only():
    """Root causes appear with a rating below the top, not with the top, N/A or no rating."""
    shown = [each for each in block_ids(review.modal(cases.card(draft=DRAFT))) if each.startswith("causes.")]
    assert shown == ["causes.solution", "causes.process"]


def test_ids_stay_in_every_redraw():
    """Inputs keep their ids over redraws and pages, so Slack keeps what was typed."""
    before = block_ids(review.modal(cases.card()))
    after = block_ids(review.modal(cases.card(draft=DRAFT)))
    assert [each for each in after if each in before] == before
    fat = cases.fat_card()
    assert block_ids(review.modal(fat, page=0)) == block_ids(review.modal(fat, page=3))


def test_every_choice_tells_us_at_once():
    """Ratings and causes are sent on each change; both are needed to save and to redraw."""
    view = review.modal(cases.card(draft=DRAFT))
    told = {each["block_id"]: each["dispatch_action"] for each in view["blocks"] if each["type"] == "input"}
    assert all(told[each] for each in told if each.startswith(("rating.", "causes.")))


def test_the_whole_conversation_is_there():
    """The pages together hold every message to the last character, in order."""
    fat = cases.conversation(fat=True)
    card = cases.card(conversation=cases.replace(fat, messages=fat.messages[1:]))
    first = review.modal(card)
    said, page, pages = "", 0, 0
    while page is not None:
        view = review.modal(card, page=page)
        quoted = [b for b in view["blocks"] if b["type"] == "rich_text" and len(b["elements"]) == 2]
        said += "".join(part["text"] for b in quoted for part in b["elements"][1]["elements"])
        pages += 1
        following = [b for b in view["blocks"] if b.get("block_id") == "review.pages"]
        turned = [e for b in following for e in b["elements"] if e["action_id"] == ActionId.REVIEW_NEXT]
        page = review.read_page(turned[0]) if turned else None
    assert pages > 2
    assert read(first).count("Page 1 of ") == 1
    whole = "".join(each.text for each in card.conversation.messages)
    assert said.count("👨") == whole.count("👨")
    assert said.count("CANARY") == len(card.conversation.messages)


def test_a_page_out_of_range_is_the_nearest():
    """Page 999 of a conversation is its last one, and says so."""
    opened = review.read_opened(review.modal(cases.fat_card(), page=999))
    assert 0 < opened.page < 999
    assert review.read_opened(review.modal(cases.card(), page=999)).page == 0


def test_metadata_are_ids_only():
    """The modal remembers assignment, review version and page, nothing else."""
    view = review.modal(cases.submitted())
    assert review.read_opened(view) == review.Opened(41, 1, 0)
    assert view["private_metadata"] == '{"assignment": 41, "version": 1, "page": 0}'
    for forged in ("", "{}", "[]", '{"assignment": "x"}', "null"):
        with pytest.raises(Invalid):
            review.read_opened({"private_metadata": forged})


def test_errors_stand_under_their_input():
    """Faults by category or comment become faults by block id; an unknown field goes under the comment."""
    told = review.errors(cases.card(), {"tone": "Rate it.", "comment": "Too long.", "else": "Odd."})
    assert told == {"rating.tone": "Rate it.", "comment": "Too long. Odd."}
    assert set(told) <= set(block_ids(review.modal(cases.card())))


def test_authors_are_told_apart_in_words():
    """Customer, agent, bot and internal note are named, the note as unseen by the customer."""
    said = read(review.modal(cases.card()))
    for name in (
        "Customer",
        "Agent Maya Lind",
        "Bot, automatic message",
        "Internal note, not seen by the customer",
    ):
        assert name in said


def test_a_rating_may_not_be_forgotten():
    """Ratings are required by Slack itself, notes and the comment are not."""
    view = review.modal(cases.card(draft=DRAFT))
    optional = {each["block_id"]: each["optional"] for each in view["blocks"] if each["type"] == "input"}
    assert not any(value for key, value in optional.items() if key.startswith("rating."))
    assert all(value for key, value in optional.items() if not key.startswith("rating."))


def test_a_skip_comes_back():
    """Each reason of the skip modal reads back as itself; a forged one is refused."""
    view = skip.modal(cases.card())
    for reason in SkipReason:
        assert skip.read_skip(submitted(view, picked={ids.SKIP_BLOCK: reason.value})) == (41, reason)
    with pytest.raises(Invalid):
        skip.read_skip(submitted(view, picked={ids.SKIP_BLOCK: "because"}))
    with pytest.raises(Invalid):
        skip.read_skip(submitted(view))


def test_save_draft_is_there():
    """What was typed can be saved without submitting."""
    assert action(review.modal(cases.card()), ActionId.REVIEW_SAVE)["text"]["text"] == "Save draft"
