"""Two windows on one draft: what only one touched counts, what both touched is told, nothing is lost silently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.edits import COMMENT, PRESSED, Edit, Field, Part, drafted, fingerprint, merged, same, values
from iqs.reviews import Draft, Rating

A, B = Field(Part.RATING, "a"), Field(Part.RATING, "b")
NOTE = Field(Part.NOTE, "a")


def draft(comment="", **ratings):
    return Draft(
        {key: each if isinstance(each, Rating) else Rating(each) for key, each in ratings.items()}, comment
    )


def merge(stored, entered, drawn, **more):
    return merged(stored, Edit(entered=entered, drawn=drawn, **more))


def test_what_was_entered_here_alone_is_taken():
    """A field nobody else changed takes what the window says."""
    found = merge(draft(a=3), draft("well done", a=3, b=2), draft(a=3))
    assert found == (draft("well done", a=3, b=2), frozenset(), frozenset())


def test_a_press_that_was_undone_elsewhere_stays_undone():
    """This window shows a choice it saved; another one chose the older value again: that was the last word."""
    found = merge(draft(a=3), draft(a=4), draft(a=3))
    assert found == (draft(a=3), frozenset({A}), frozenset())


def test_what_was_changed_elsewhere_alone_stays():
    """A stale window's old choice does not overwrite; that it shows the old one is known."""
    found = merge(draft("new", a=5), draft("old", a=3), draft("old", a=3))
    assert found == (draft("new", a=5), frozenset(), frozenset({A, COMMENT}))


def test_what_both_changed_is_a_clash():
    """Neither is stored over the other."""
    found = merge(draft("theirs", a=5), draft("mine", a=4), draft("", a=3))
    assert found == (draft("theirs", a=5), frozenset({A, COMMENT}), frozenset())


def test_the_same_change_twice_is_none():
    """Two windows that agree have nothing to settle; blanks around a text are no difference."""
    found = merge(draft("thanks", a=5), draft("thanks \n", a=5), draft("", a=3))
    assert found == (draft("thanks", a=5), frozenset(), frozenset())


def test_the_input_just_chosen_counts():
    """A press is the last word on its own input, and on no other."""
    found = merge(draft(a=5, b=5), draft(a=4, b=4), draft(a=3, b=3), chosen=A)
    assert found == (draft(a=4, b=5), frozenset({B}), frozenset())


def test_what_was_told_is_replaced():
    """Once the person knows what is stored, what they enter replaces that, and nothing newer."""
    told = {COMMENT: fingerprint("theirs")}
    assert merge(draft("theirs"), draft("mine"), draft("mine"), told=told).draft.comment == "mine"
    newer = merge(draft("newer"), draft("mine"), draft("mine"), told=told)
    assert (newer.draft.comment, newer.clashes) == ("newer", {COMMENT})


def test_typing_on_loses_nothing():
    """A text that continues the stored one may replace it; one that was left alone does not bring itself back."""
    assert merge(draft("Well"), draft("Well done"), draft("")).draft.comment == "Well done"
    left = merge(draft("Well"), draft("Well done"), draft("Well done"))
    assert (left.draft.comment, left.unseen) == ("Well", {COMMENT})


def test_an_unanswered_rating_takes_nothing_back():
    """Nobody can un-choose a radio button; an empty one says only that this window did not see the choice."""
    found = merge(draft(a=Rating(3, ("cause",), "note")), draft(), draft())
    assert found.draft == draft(a=Rating(3, ("cause",), "note"))
    assert A in found.unseen


def test_causes_keep_their_order():
    """Stored causes stay in the order they were picked; a changed set is taken as it was entered."""
    stored = draft(a=Rating(1, ("z", "b")))
    assert merge(stored, draft(a=Rating(1, ("b", "z"))), stored).draft == stored
    changed = draft(a=Rating(1, ("y", "b")))
    assert merge(stored, changed, stored, chosen=Field(Part.CAUSES, "a")).draft == changed


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("a ", "a", True),
        ("a", "b", False),
        (None, 1, False),
        (None, None, True),
        (frozenset("ab"), frozenset("ba"), True),
    ],
)
def test_same_is_what_a_person_would_call_it(one, other, is_same):
    """Values that look alike have one fingerprint too."""
    assert same(one, other) is is_same
    assert (fingerprint(one) == fingerprint(other)) is is_same


RATING = st.builds(
    Rating,
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([(), ("x",), ("y", "x")]),
    st.sampled_from(["", "n", "m"]),
)
DRAFT = st.builds(
    Draft, st.dictionaries(st.sampled_from("abc"), RATING), st.sampled_from(["", "one", "two", "one more"])
)


@given(DRAFT)
def test_fields_and_drafts_are_the_same_thing(one):
    """A draft taken apart and put together is itself."""
    assert drafted(values(one), like=[one]) == one


@given(stored=DRAFT, drawn=DRAFT, entered=DRAFT)
def test_nothing_is_invented_and_nothing_lost(stored, drawn, entered):
    """Each field ends as it was stored or as it was entered, and what was changed elsewhere ends as stored."""
    found = merge(stored, entered, drawn)
    ends, there, here, before = (values(each) for each in (found.draft, stored, entered, drawn))
    for each, value in ends.items():
        assert value in (there.get(each, value), here.get(each, value))
    for each in found.clashes | found.unseen:
        if each in there:
            assert same(ends[each], there[each])
    for each in there.keys() & before.keys() & here.keys():
        if each.part not in PRESSED and same(there[each], before[each]):
            assert same(ends[each], here[each])


@given(stored=DRAFT, entered=DRAFT)
def test_a_window_that_shows_what_is_stored_is_never_in_the_way(stored, entered):
    """Without another window no text is in the way of what is typed; a rating is only taken back by pressing it."""
    found = merge(stored, entered, stored)
    assert not {each for each in found.clashes if each.part not in PRESSED}
    assert {each.category for each in found.unseen} <= stored.ratings.keys() - entered.ratings.keys()
