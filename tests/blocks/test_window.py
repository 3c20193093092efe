"""A review modal that stays open: what was entered stays, and what happened elsewhere is told at its top."""

import json
from dataclasses import replace

import pytest

from blocks import ids, review, window
from iqs.edits import COMMENT, Field, Part, merged
from iqs.errors import Invalid
from iqs.reviews import Draft, Rating
from tests.blocks import cases
from tests.blocks.clicks import submitted
from tests.blocks.judge import judge_modal, judge_view

DRAFT = Draft({"solution": Rating(3, ("policy",), "A note."), "tone": Rating(5)}, "Thanks.")
CARD = cases.card(draft=DRAFT)
SOLUTION = Field(Part.RATING, "solution")


def blocks(view):
    return {each.get("block_id"): each for each in view["blocks"]}


def said(view):
    return json.dumps(blocks(view)[window.NOTICE], ensure_ascii=False)


def changed(comment=DRAFT.comment, **ratings):
    return replace(CARD, draft=Draft({**DRAFT.ratings, **ratings}, comment))


def test_an_untouched_window_is_what_it_was_drawn_with():
    """Nothing entered, nothing told."""
    opened, edit = window.read(submitted(review.modal(CARD)))
    assert (opened.assignment_id, opened.page) == (CARD.assignment.id, 0)
    assert edit.entered == edit.drawn == DRAFT
    assert (edit.told, edit.chosen) == ({}, None)
    assert merged(DRAFT, edit).draft == DRAFT


def test_the_input_that_was_pressed_is_known():
    """An action tells which field it chose."""
    _, edit = window.read(submitted(review.modal(CARD)), {"block_id": ids.rating_block("solution")})
    assert edit.chosen == SOLUTION
    _, edit = window.read(submitted(review.modal(CARD)), {"block_id": "review.save"})
    assert edit.chosen is None


def test_a_redraw_keeps_the_ids_of_what_is_shown_rightly():
    """So Slack keeps what is being typed."""
    view = submitted(review.modal(CARD), picked={"rating.solution": "4"}, typed={"comment": "Thanks a lot."})
    stored = changed("Thanks a lot.", solution=Rating(4, ("policy",), "A note."))
    again = window.redrawn(view, stored, page=0)
    assert again == review.modal(stored)


def test_an_input_that_must_show_something_else_gets_a_new_id():
    """Slack shows the old choice for as long as the id stays; the next time the number goes on."""
    view = submitted(review.modal(CARD))
    again = window.redrawn(view, changed(solution=Rating(1, ("policy",), "A note.")), page=0)
    assert "1~rating.solution" in blocks(again)
    assert "rating.tone" in blocks(again)
    once_more = window.redrawn(submitted(again), CARD, page=0)
    assert "2~rating.solution" in blocks(once_more)
    _, edit = window.read(submitted(once_more))
    assert edit.entered == edit.drawn == DRAFT


def test_a_clash_stays_as_it_is_until_it_is_told():
    """A redraw neither takes the typed text away nor makes it look as if it were stored."""
    view = submitted(review.modal(CARD), typed={"comment": "Mine."})
    again = window.redrawn(view, changed("Theirs."), page=0)
    assert blocks(again)["comment"]["element"]["initial_value"] == "Thanks."
    typed = submitted(again, typed={"comment": "Mine."})
    assert merged(changed("Theirs.").draft, window.read(typed)[1]).clashes == {COMMENT}


def test_what_is_told_is_said_and_kept():
    """The notice names both values, the input holds the person's own, and submitted again it counts."""
    view = submitted(review.modal(CARD), typed={"comment": "Mine."}, picked={"rating.solution": "4"})
    stored = changed("Theirs.", tone=Rating(1))
    again = window.told(view, stored, "It was changed elsewhere.")
    judge_view(again, "modal")
    assert "It was changed elsewhere." in said(again)
    assert "“Theirs.” there, “Mine.” here" in said(again)
    assert "now 1" in said(again)
    assert blocks(again)["comment"]["element"]["initial_value"] == "Mine."
    assert blocks(again)["rating.solution"]["element"]["initial_option"]["value"] == "4"
    assert blocks(again)["1~rating.tone"]["element"]["initial_option"]["value"] == "1"
    result = merged(stored.draft, window.read(submitted(again))[1])
    assert (result.clashes, result.unseen) == (frozenset(), frozenset())
    assert result.draft == Draft({"solution": Rating(4, ("policy",), "A note."), "tone": Rating(1)}, "Mine.")


def test_what_changed_again_after_it_was_told_is_told_again():
    """What the person was told of is the only thing their entry replaces."""
    view = submitted(review.modal(CARD), typed={"comment": "Mine."})
    again = submitted(window.told(view, changed("Theirs."), "Look."))
    assert merged(changed("Newer.").draft, window.read(again)[1]).clashes == {COMMENT}
    assert "Newer." in said(window.told(again, changed("Newer."), "Look."))


def test_the_fattest_window_can_be_told():
    """Everything changed in both windows of the largest scorecard still fits into Slack."""
    card = cases.fat_card()
    bare = replace(card, draft=Draft({key: Rating(each.value) for key, each in card.draft.ratings.items()}))
    typed = {ids.note_block(key): "x" * 500 for key in card.draft.ratings} | {"comment": "y" * 3000}
    again = window.told(submitted(review.modal(bare), typed=typed), card, "Changed elsewhere.")
    judge_view(again, "modal")
    assert len(again["private_metadata"]) <= 3000


def test_a_closed_review_keeps_its_window():
    """What was typed stays where it is, under one sentence; another sentence takes its place."""
    view = submitted(review.modal(CARD), typed={"comment": "Mine."}) | {
        "id": "V1",
        "hash": "h",
        "team_id": "T",
    }
    closed = window.kept(view, "It was submitted elsewhere.")
    judge_modal(closed)
    assert list(blocks(closed)).count(window.NOTICE) == 1
    assert closed["blocks"][1:] == view["blocks"]
    assert not {"id", "hash", "team_id", "state"} & closed.keys()
    again = window.kept(closed, "It was handed on.")
    assert "submitted elsewhere" not in json.dumps(again)
    assert len(again["blocks"]) == len(closed["blocks"])


def test_a_tick_saves_itself_alone():
    """What stands beside a root cause stays unsaved."""
    view = submitted(review.modal(CARD), typed={"comment": "Mine."}, picked={"causes.solution": []})
    _, edit = window.read(view, {"block_id": ids.causes_block("solution")})
    found = merged(DRAFT, window.ticked(edit)).draft
    assert found.ratings["solution"].causes == ()
    assert found.comment == "Thanks."


def test_faults_stand_under_the_inputs_as_they_are_called_now():
    """Slack takes errors by block id, and that may have a number by now."""
    again = window.redrawn(submitted(review.modal(CARD)), changed(solution=Rating(1)), page=0)
    found = window.errors(again, {"solution": "Choose.", "comment": "Too long.", "gone": "Unknown."})
    assert found == {"1~rating.solution": "Choose.", "comment": "Too long. Unknown."}


@pytest.mark.parametrize("metadata", ["", "[]", "{", '{"assignment": "x"}', '{"told": 1}'])
def test_a_window_that_is_not_ours_is_refused(metadata):
    """As the modal itself says it."""
    with pytest.raises(Invalid):
        window.read({**review.modal(CARD), "private_metadata": metadata})


@pytest.mark.parametrize("told", [1, [], {"nonsense": 1}, {"rating.": "x"}, None])
def test_metadata_of_another_release_tells_nothing(told):
    """What cannot be understood was not told."""
    view = review.modal(CARD)
    view["private_metadata"] = json.dumps({**json.loads(view["private_metadata"]), "told": told})
    assert window.read(view)[1].told == {}


def test_a_window_of_the_last_release_is_understood():
    """Its inputs have no numbers and its metadata no memory."""
    view = submitted(review.modal(CARD), typed={"comment": "Mine."})
    result = merged(DRAFT, window.read(view)[1])
    assert result.draft.comment == "Mine."
