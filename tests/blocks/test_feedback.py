"""Feedback as its agent reads it: thanks first, strengths said, nothing shaming, everything explained."""

import pytest

from blocks import feedback
from blocks.ids import ActionId
from iqs.errors import Invalid
from iqs.notices import TOGETHER
from iqs.reviews import Draft, Rating, ReviewKind, Stream
from iqs.scoring import explain, review_score
from tests.blocks import cases
from tests.blocks.clicks import action, buttons
from tests.blocks.judge import judge_message, read

WEAK = {"solution": 2, "tone": 4, "product": 3, "process": 4, "grammar": 1}
LOWEST = {"solution": 2, "tone": 1, "product": 2, "process": 3, "grammar": 1}


def test_thanks_come_first():
    """The first sentence thanks by first name, before any number."""
    said = read(feedback.message(cases.feedback()))
    assert said.index("Hi Maya, thank you for your work") < said.index("85 %")


def test_a_low_score_is_said_plainly_and_kindly():
    """54 % names the score and the pass mark once, says what went well first, and points to the trend."""
    said = read(feedback.message(cases.feedback(WEAK)))
    assert "Score: 45 %" in said
    assert "below the pass mark of 80 %" in said
    assert said.index("What went well") < said.index("Where there is room to grow")
    assert "One conversation says little about anybody" in said
    assert "fail" not in said.lower()


def test_without_a_good_rating_the_strongest_is_named():
    """Where nothing reached 75 %, the best of what there is is said first."""
    said = read(feedback.message(cases.feedback(LOWEST)))
    assert "What went well" not in said
    assert (
        said.index("Strongest here")
        < said.index("Process: 3 of 5")
        < said.index("Where there is room to grow")
    )


def test_every_category_says_what_it_counted():
    """Ratings with their percent and weight; N/A, not scored and critical in words; causes and notes."""
    card = cases.scorecard()
    categories = (cases.replace(card.categories[0], scored=False), *card.categories[1:])
    card = cases.replace(card, categories=categories)
    ratings = {
        "solution": Rating(4),
        "tone": Rating(None),
        "product": Rating(3, ("incomplete",), "No return address."),
        "process": Rating(2),
        "grammar": Rating(2),
    }
    told = cases.feedback(scorecard=card, draft=Draft(ratings), score=review_score(card, ratings))
    said = read(feedback.message(told))
    assert "Score: 0 %" in said
    assert "What decided it: Process is critical and was rated below half." in said
    assert "Solution: 4 of 5 (75 %) · not scored" in said
    assert "Product knowledge: 3 of 5 (50 %)\nCauses: Answer incomplete\n“No return address.”" in said
    assert "Process: 2 of 5 (25 %) · critical and below 50 %: the review counts 0" in said
    assert said.index("Left out of the score") < said.index("Tone and empathy: N/A")


def test_weights_are_told_where_they_differ():
    """A category says its weight only if another one weighs more or less."""
    card = cases.scorecard()
    heavy = cases.replace(
        card, categories=(cases.replace(card.categories[0], weight=40), *card.categories[1:])
    )
    told = cases.feedback(scorecard=heavy, score=review_score(heavy, cases.feedback().draft.ratings))
    assert "Solution: 4 of 5 (75 %) · weight 40" in read(feedback.message(told))
    assert "weight" not in read(feedback.message(cases.feedback()))


def test_no_score_is_no_zero():
    """All N/A is told as no score, left out of IQS."""
    said = read(feedback.message(cases.thin_feedback()))
    assert "No score: nothing that counts was rated" in said
    assert "0 %" not in said


def test_a_hidden_reviewer_stays_hidden():
    """Where the team hides reviewers, no name of one stands anywhere."""
    told = cases.feedback(reviewer_name=None)
    for shown in (feedback.message(told), feedback.modal(told), feedback.conversation_modal(told)):
        assert "Jonas" not in read(shown)
    assert "manager review by Jonas Weber" in read(feedback.message(cases.feedback()))


@pytest.mark.parametrize(
    ("kind", "stream", "said"),
    [
        (ReviewKind.PEER, Stream.RANDOM, "Random sample · peer review"),
        (ReviewKind.MANAGER, Stream.TARGETED, "Picked for coaching · manager review"),
    ],
)
def test_it_says_what_kind_of_review_it_was(kind, stream, said):
    """Kind and stream stand in words, so that a picked conversation is never read as chance."""
    assert said in read(feedback.message(cases.feedback(kind=kind, stream=stream)))


def test_a_newer_version_says_so():
    """An edited review announces that it replaces the earlier one."""
    assert "replaces" not in read(feedback.message(cases.feedback()))
    assert "this replaces what you read before" in read(feedback.message(cases.feedback(version=2)))


def test_the_buttons_come_back():
    """Acknowledge, read and explain name the review; the link is one to the helpdesk."""
    message = feedback.message(cases.feedback())
    for pressed in (ActionId.ACKNOWLEDGE, ActionId.FEEDBACK_READ, ActionId.FEEDBACK_EXPLAIN):
        assert feedback.read_review(action(message, pressed)) == 5
    assert action(message, ActionId.LINK)["url"] == "https://help.example/c/1"
    with pytest.raises(Invalid):
        feedback.read_review({"value": "five"})


def test_acknowledged_is_said_and_not_asked_again():
    """After the click the button is gone and the time stands there."""
    message = feedback.message(cases.feedback(acknowledged_at=cases.NOW))
    assert "Acknowledge" not in buttons(message)
    assert "You acknowledged this on" in read(message)


def test_what_was_cut_can_be_read_in_full():
    """A message that had to cut offers the whole text; one that had not does not."""
    told = cases.fat_feedback()
    long = cases.feedback(draft=cases.replace(cases.feedback().draft, comment="Well done. " * 270))
    for each in (told, long):
        judge_message(feedback.message(each))
        assert feedback.read_review(action(feedback.message(each), ActionId.FEEDBACK_OPEN)) == 5
    assert long.draft.comment.strip() in read(feedback.modal(long))
    assert "Read in full" not in buttons(feedback.message(cases.feedback()))


def test_pages_of_the_conversation_come_back():
    """The button "Next page" leads to page 2 of the same review's conversation."""
    view = feedback.conversation_modal(cases.fat_feedback())
    assert feedback.read_page(action(view, ActionId.FEEDBACK_NEXT)) == (5, 1)
    with pytest.raises(Invalid):
        feedback.read_page({"value": "5"})


def test_the_arithmetic_is_shown_line_by_line():
    """Behind "How was this scored?" stands each line of the explanation as it is."""
    told = cases.feedback()
    lines = explain(told.scorecard, told.draft.ratings)
    said = read(feedback.explain_modal(lines))
    assert all(line in said for line in lines)


def several(count, **more):
    return [cases.feedback(review_id=n, **more) for n in range(1, count + 1)]


def test_several_reviews_are_one_message():
    """Each has its score, what went well, its buttons; the thanks come once, and first."""
    message = feedback.gathered(several(3))
    judge_message(message)
    said = read(message)
    assert said.count("Hi Maya, thank you for your work on these conversations") == 1
    assert said.count("Score: ") == 3
    for pressed in (ActionId.ACKNOWLEDGE, ActionId.FEEDBACK_OPEN, ActionId.FEEDBACK_EXPLAIN):
        assert str(message).count(f"'{pressed}'") == 3
    assert feedback.gathered_reviews(message) == (1, 2, 3)


def test_one_review_is_its_own_message():
    """What is not several is drawn as always, and says of itself that it is no gathering."""
    alone = feedback.gathered(several(1))
    assert alone == feedback.message(several(1)[0])
    assert feedback.gathered_reviews(alone) == ()


@pytest.mark.parametrize("make", [cases.thin_feedback, cases.feedback, cases.fat_feedback])
def test_a_full_gathering_fits(make):
    """As many as one message may tell are one that Slack accepts, with the longest words there are."""
    judge_message(feedback.gathered([cases.replace(make(), review_id=n) for n in range(TOGETHER)]))
    seen = [cases.replace(make(), review_id=n, acknowledged_at=cases.NOW) for n in range(TOGETHER)]
    judge_message(feedback.gathered(seen))


def test_an_acknowledged_one_of_several_says_so():
    """The others keep their button."""
    first, second = several(2)
    message = feedback.gathered([cases.replace(first, acknowledged_at=cases.NOW), second])
    assert read(message).count("You acknowledged this on") == 1
    assert str(message).count(f"'{ActionId.ACKNOWLEDGE}'") == 1


def test_ids_that_are_none_of_ours_are_refused():
    """A message's blocks may hold anything."""
    with pytest.raises(Invalid):
        feedback.gathered_reviews({"blocks": [{"block_id": "feedback.actions:one"}]})
