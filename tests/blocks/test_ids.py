"""Ids live in old messages for ever: this list may grow, and nothing in it may change."""

from blocks import ids
from blocks.ids import ActionId, CallbackId

PUBLISHED = {
    "scorecard.read",
    "scorecard.submit",
    "scorecard.edit",
    "scorecard.undo",
    "scorecard.menu",
    "review.rating",
    "review.causes",
    "review.note",
    "review.comment",
    "review.save",
    "review.page.next",
    "review.page.previous",
    "skip.reason",
    "feedback.acknowledge",
    "feedback.open",
    "feedback.read",
    "feedback.explain",
    "feedback.page.next",
    "feedback.page.previous",
    "link",
}
PUBLISHED_MODALS = {"review", "loading", "skip", "feedback", "conversation", "explain", "sentence"}


def test_no_published_id_disappears():
    """Every id that was ever sent is still listened to."""
    assert {each.value for each in ActionId} >= PUBLISHED
    assert {each.value for each in CallbackId} >= PUBLISHED_MODALS
    assert [ids.rate_action(each) for each in (1, 5, None)] == [
        "scorecard.rate.1",
        "scorecard.rate.5",
        "scorecard.rate.na",
    ]
    assert ids.rating_block("tone") == "rating.tone"


def test_ratings_match_their_pattern_alone():
    """The pattern of rating buttons takes each of them and no other id."""
    assert all(ids.RATE.match(ids.rate_action(each)) for each in (1, 2, 3, 4, 5, None))
    assert not any(ids.RATE.match(each.value) for each in ActionId)
