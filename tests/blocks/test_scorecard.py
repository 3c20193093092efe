"""The scorecard message: rated with a click, marked in words, folded when it is done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from blocks import ids, review, scorecard
from blocks.ids import ActionId
from blocks.transcript import excerpt
from iqs.assignments import AssignmentState, Follower, HandedOn, HandOnReason, SkipReason
from iqs.conversations import Author, Message
from iqs.errors import Invalid
from iqs.reviews import ReviewKind, Stream
from tests.blocks import cases
from tests.blocks.clicks import action, buttons, choose
from tests.blocks.judge import read


def row(message, key):
    return next(each for each in message["blocks"] if each.get("block_id") == ids.rating_block(key))


def test_every_rating_comes_back():
    """Each button of each category reads back as exactly that assignment, category and value."""
    card = cases.card()
    message = scorecard.message(card)
    seen = [
        scorecard.read_rate({**element, "block_id": ids.rating_block(category.key)})
        for category in card.scorecard.categories
        for element in row(message, category.key)["elements"]
    ]
    wanted = [
        scorecard.Rated(41, category.key, value)
        for category in card.scorecard.categories
        for value in (*category.scale.values, None)
    ]
    assert seen == wanted


def test_the_chosen_one_is_marked_three_times():
    """The chosen rating carries a tick, the primary style and a spoken "chosen"; the others none of them."""
    elements = row(scorecard.message(cases.card({"solution": 4})), "solution")["elements"]
    marked = [each for each in elements if each.get("style") == "primary"]
    assert [each["text"]["text"] for each in marked] == ["✓ 4"]
    assert marked[0]["accessibility_label"] == "Solution: 4 of 5, chosen"
    assert [each["text"]["text"] for each in elements] == ["1", "2", "3", "✓ 4", "5", "N/A"]
    assert elements[0]["accessibility_label"] == "Solution: 1 of 5"


def test_two_points_are_thumbs_with_words():
    """A 2-point scale shows thumbs, and never a thumb alone."""
    elements = row(scorecard.message(cases.card({"grammar": 1})), "grammar")["elements"]
    assert [each["text"]["text"] for each in elements] == ["✓ 👎 Not met", "👍 Met", "N/A"]


def test_na_is_offered_only_where_it_may_be():
    """A category that must be rated has no N/A button."""
    assert "N/A" not in buttons(scorecard.message(cases.thin_card()))


def test_submit_appears_when_all_is_rated():
    """Until every category is rated there is no Submit but a line that says how far it is."""
    begun, whole = cases.card({"solution": 4, "tone": 5}), cases.card(cases.RATED)
    assert "Submit" not in buttons(scorecard.message(begun))
    assert "2 of 5 rated · saved. Still open: Product knowledge, Process, Grammar." in read(
        scorecard.message(begun)
    )
    assert "Submit" in buttons(scorecard.message(whole))
    assert scorecard.read_assignment(action(scorecard.message(whole), ActionId.SUBMIT)) == 41


def test_it_says_why_it_was_drawn():
    """Stream, week and kind of review stand on the card in words."""
    assert "Random sample, week 47 · manager review" in read(scorecard.message(cases.card()))
    picked = cases.assignment(stream=Stream.TARGETED, kind=ReviewKind.PEER, period="")
    said = read(scorecard.message(cases.card(assignment=picked)))
    assert "Picked for coaching · peer review" in said


def test_a_double_review_is_blind():
    """A reviewer is not told that another one reads the same conversation."""
    twice = cases.card(assignment=cases.assignment(stream=Stream.DOUBLE))
    for shown in (scorecard.message(twice), review.modal(twice)):
        assert "Random sample, week 47" in read(shown)
        assert "two" not in read(shown)


def test_without_excerpts_no_word_of_the_customer():
    """`excerpts=False` leaves neither the excerpt nor the subject in the message."""
    assert "order 4711" in read(scorecard.message(cases.card()))
    said = read(scorecard.message(cases.card(), excerpts=False))
    assert "order" not in said
    assert "leaves today" not in said


def test_the_excerpt_is_folded_and_shows_no_internal_words():
    """The excerpt waits behind its title and leaves internal notes and bots to the modal."""
    container = next(b for b in scorecard.message(cases.card())["blocks"] if b["type"] == "container")
    assert container["default_collapsed"]
    assert container["title"]["text"].startswith("Excerpt: 3 of 5 messages")
    assert "warehouse" not in read([container])


def test_the_menu_leads_where_it_says():
    """Skip, reassign and open come back as such; the helpdesk is a link of its own."""
    message = scorecard.message(cases.card())
    assert scorecard.read_menu(choose(message, ActionId.MENU, "Skip")) == (41, scorecard.Choice.SKIP)
    assert scorecard.read_menu(choose(message, ActionId.MENU, "Give")) == (41, scorecard.Choice.REASSIGN)
    opened = choose(message, ActionId.MENU, "Open")
    assert scorecard.read_menu(opened) == (41, scorecard.Choice.OPEN)
    assert opened["selected_option"]["url"] == "https://help.example/c/1"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x/y", "https://", "https://a b/", "//x", None])
def test_only_web_addresses_become_links(url):
    """An address that is not http or https is not offered."""
    conversation = cases.replace(cases.conversation(), url=url)
    menu = action(scorecard.message(cases.card(conversation=conversation)), ActionId.MENU)
    assert [each["text"]["text"] for each in menu["options"]] == [
        "Skip with a reason …",
        "Give to another reviewer …",
        "Why this conversation?",
    ]


def test_submitted_folds_to_score_edit_undo():
    """A submitted card is its score, Edit and Undo; after the window only the score."""
    card = cases.submitted()
    message = scorecard.message(card, now=cases.NOW)
    assert "Scored 85 %" in read(message)
    assert buttons(message) == ["Edit", "Undo"]
    assert scorecard.read_assignment(action(message, ActionId.UNDO)) == 41
    later = scorecard.message(card, now=cases.NOW + timedelta(minutes=10))
    assert "Scored 85 %" in read(later)
    assert buttons(later) == []


def test_a_close_call_is_not_called_wrong():
    """79.995 reads "80 %" and says that it is just below the mark of 80."""
    score = cases.replace(cases.submitted().score, percent=cases.Fraction("79.995"), passed=False)
    said = read(scorecard.message(cases.replace(cases.submitted(), score=score)))
    assert "Scored 80 %" in said
    assert "Just below the pass mark of 80 %" in said


def test_without_a_score_it_says_so():
    """All N/A is submitted without a score, never with 0 %."""
    message = scorecard.message(cases.submitted(dict.fromkeys(cases.RATED)))
    assert "without a score" in read(message)
    assert "%" not in read(message)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (AssignmentState.SKIPPED, "Skipped: sensitive"),
        (AssignmentState.CANCELLED, "off your list"),
        (AssignmentState.EXPIRED, "deadline is over"),
    ],
)
def test_what_is_gone_has_no_buttons(state, said):
    """Skipped, cancelled and expired cards say what became of them and offer nothing."""
    card = cases.card(assignment=cases.assignment(state=state, skip_reason=SkipReason.SENSITIVE))
    message = scorecard.message(card)
    assert said in read(message)
    assert buttons(message) == []


def skipped(follower, **more):
    assignment = cases.assignment(state=AssignmentState.SKIPPED, skip_reason=SkipReason.LANGUAGE, **more)
    return read(scorecard.message(cases.card(assignment=assignment, follower=follower)))


def test_a_skipped_card_says_what_comes_in_its_place():
    """The next conversation for the same reviewer, for another one, or none: each has its sentence."""
    mine = cases.assignment().reviewer_id
    assert "Here comes the next one" in skipped(Follower(42, mine, "Rosa"))
    assert "Another reviewer gets the next one" in skipped(Follower(42, mine + 1, "Cleo"))
    assert "no other one comes" in skipped(None)
    assert skipped(None, stream=Stream.DOUBLE) == skipped(None)  # nobody learns that it was a second reading
    assert "Nothing more to do" in skipped(None, stream=Stream.TARGETED)


def test_what_was_handed_on_says_so_on_both_sides():
    """The old message names who has it now; the new one who gave it away and why."""
    gone = cases.assignment(state=AssignmentState.CANCELLED, skip_reason="reassigned")
    old = scorecard.message(cases.card(assignment=gone, follower=Follower(42, 9, "Cleo")))
    assert "Passed on to Cleo" in read(old)
    assert buttons(old) == []
    new = scorecard.message(cases.card(handed_on=HandedOn("Rosa", HandOnReason.TOO_CLOSE)))
    assert "Handed on by Rosa: too close to it to be fair." in read(new)
    machine = scorecard.message(cases.card(handed_on=HandedOn(None, HandOnReason.AWAY)))
    assert "its first reviewer is not available" in read(machine)


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"action_id": "scorecard.rate.9", "block_id": "rating.tone", "value": "1"},
        {"action_id": "scorecard.rate.3", "block_id": "elsewhere", "value": "1"},
        {"action_id": "scorecard.rate.3", "block_id": "rating.tone", "value": "1; DROP"},
        {"action_id": "scorecard.rate.3", "block_id": "rating.tone", "value": "٣"},
        {"action_id": "scorecard.rate.3", "block_id": "rating.tone", "value": "9" * 40},
    ],
)
def test_a_forged_click_is_refused_in_a_sentence(forged):
    """What we never wrote raises Invalid, whatever it holds."""
    with pytest.raises(Invalid):
        scorecard.read_rate(forged)
    with pytest.raises(Invalid):
        scorecard.read_menu(forged)


def test_the_excerpt_skips_a_greeting():
    """The agent's first answer is shown, not the "Hi there" before it; a greeting alone is better than nothing."""
    greeting = Message(Author.AGENT, "Hi there, what can I do for you?")
    answer = Message(
        Author.AGENT, "Your order left this morning; the parcel service will bring it on Friday."
    )
    question, thanks = Message(Author.CUSTOMER, "Where is my order?"), Message(Author.CUSTOMER, "Thanks!")

    def shown(*messages):
        talk = replace(cases.conversation(), messages=messages)
        return str(excerpt(talk, 3_000))

    assert answer.text in shown(question, greeting, answer, thanks)
    assert greeting.text not in shown(question, greeting, answer, thanks)
    assert greeting.text in shown(question, greeting, thanks)
