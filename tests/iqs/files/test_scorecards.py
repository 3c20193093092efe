"""A scorecard's YAML is read whole or refused with every problem, its place and its mend."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iqs.errors import Invalid, NotFound
from iqs.files.scorecards import preset, presets, read_scorecard, write_scorecard
from iqs.reviews import Rating
from iqs.scorecards import (
    CATEGORIES_LIMIT,
    CAUSE_NAME_LIMIT,
    CAUSES_LIMIT,
    DESCRIPTION_LIMIT,
    GUIDANCE_LIMIT,
    NAME_LIMIT,
    CategoryGroup,
    Criticality,
    RatingCategory,
    RatingScale,
    RootCause,
    Scorecard,
    key_from,
)
from iqs.scoring import review_score

WHOLE = """
name: Support  quality
pass_mark: 82.5 %
groups:
  - name: The basics
    critical: group
categories:
  - name: Solution
    scale: 5
    weight: 40
    critical: yes
    group: the basics
    description: Solved?
    guidance: |
      First line.
      Second line.
    causes:
      - Wrong answer
      - {name: Late, key: too-late}
    causes_always: yes
  - name: No
    key: politeness
    scale: thumbs
    group: the_basics
    skippable: no
  - {name: Mood, scale: 4, scored: no}
"""

ONE = "name: x\ncategories:\n  - name: A\n    scale: 5\n"


def problems(text):
    with pytest.raises(Invalid) as caught:
        read_scorecard(text, source="my.yml")
    assert str(caught.value).startswith("my.yml cannot be used: ")
    return caught.value.problems


def test_a_whole_scorecard():
    """Every key is read, words may stand for values, and text stays text ("No" is a name)."""
    assert read_scorecard(WHOLE) == Scorecard(
        "Support quality",
        (
            RatingCategory(
                key="solution",
                name="Solution",
                scale=RatingScale(5),
                weight=40,
                critical=Criticality.REVIEW,
                group="the_basics",
                description="Solved?",
                guidance="First line.\nSecond line.",
                causes=(RootCause("wrong_answer", "Wrong answer"), RootCause("too-late", "Late")),
                causes_always=True,
            ),
            RatingCategory("politeness", "No", RatingScale(2), group="the_basics", skippable=False),
            RatingCategory("mood", "Mood", RatingScale(4), scored=False),
        ),
        (CategoryGroup("the_basics", "The basics", Criticality.GROUP),),
        Fraction("82.5"),
    )


def test_all_problems_are_named_at_once_with_their_lines():
    """One reading finds everything: values, unknown keys, doubles, and parts that do not fit together."""
    assert problems("""name:
pass_mark: 120
pasmark: 3
groups:
  - name: Basics
    critical: yes
categories:
  - name: Tone
    scale: 7
    wieght: 10
    weight: 120
    critical: group
  - name: tone
    scale: 5
    scale: 4
    weight: 4.5
    group: Basic
    causes: [Slow, slow]
  - name: Comment
    scored: no
    critical: review
""") == (
        "name (line 1): is empty; write a name",
        "pass_mark (line 2): 120 is outside 0–100; choose a number from 0 to 100",
        "pasmark (line 3): is not a known key; did you mean “pass_mark”?",
        (
            "groups[0].critical (line 6): “yes” is not known; write review (a failure makes the review 0), "
            "group (it makes the group 0) or no"
        ),
        "categories[0].scale (line 9): “7” is not a scale; choose 2 (or binary), 3, 4 or 5 points",
        "categories[0].wieght (line 10): is not a known key; did you mean “weight”?",
        "categories[0].weight (line 11): 120 is outside 0–100; choose a whole number from 0 to 100",
        "categories[0].critical (line 12): is group, but there is no “group: …” here; add it or write review",
        (
            "categories[1].name (line 13): has the key “tone” like categories[0] (line 8); "
            "give one of them another key"
        ),
        "categories[1].scale (line 15): stands here a second time (first on line 14); keep one of the two",
        "categories[1].weight (line 16): “4.5” is not a whole number; choose one from 0 to 100",
        "categories[1].group (line 17): there is no group “Basic”; did you mean “Basics”?",
        (
            "categories[1].causes[1].name (line 18): has the key “slow” like "
            "categories[1].causes[0] (line 18); give one of them another key"
        ),
        "categories[2].scale (line 19): is missing; add “scale: …” here",
        (
            "categories[2].name (line 19): the key “comment” is used by the form itself; "
            "give it another “key: …”"
        ),
        (
            "categories[2].critical (line 21): cannot be critical and not scored; "
            "remove “scored: no” or use “weight: 0”"
        ),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty; `iqs scorecard show` prints one to start from"),
        ("a: [", "line 1: this is not valid YAML: "),
        ("name: x\n\tscale: y", "line 2: this is not valid YAML: "),
        ("a: 1\n---\nb: 2", "line 2: this is not valid YAML: expected a single document"),
        ("name: x\n\0", "line 2: this has a control character"),
        ("- x", "the file is not a block of keys; write “key: value” lines (name, "),
        ("x" * 200_001, "the file is longer than 200,000 characters"),
        ("a: &a [*a]", "the file is nested or repeated too much"),
        ("[" * 50_000, "the file is nested or repeated too much"),
        ("? [a, b]\n: c", "line 1: this is a list or a block where a key should be"),
        ("name: x", "categories (line 1): is missing; add “categories: …”"),
        ("name: x\ncategories: []", "categories (line 2): is empty; add at least one"),
        ("name: x\ncategories: A", "categories (line 2): is not a list; put each entry on its own line"),
        ("name: x\ncategories:\n - A", "categories[0] (line 3): is not a block of keys; write “key: value”"),
        (ONE.replace("5", "5.0"), "categories[0].scale (line 4): “5.0” is not a scale"),
        (ONE + "    weight: 0", "categories (line 2): nothing counts; give at least one scored category"),
        (ONE + "    scored: no", "categories (line 2): nothing counts"),
        (ONE + "    scored: perhaps", "categories[0].scored (line 5): “perhaps” is neither yes nor no"),
        (ONE + "    weight:", "categories[0].weight (line 5): is empty; write a whole number from 0 to 100"),
        (ONE + "    weight: -1", "categories[0].weight (line 5): -1 is outside 0–100"),
        (ONE + "    key: a b", "categories[0].key (line 5): “a b” cannot be a key; use letters"),
        (ONE + "    group: g", "categories[0].group (line 5): there is no group “g”; add it under “groups:”"),
        (ONE + "    guidance: {a: b}", "categories[0].guidance (line 5): is a list or a block of keys"),
        (ONE + "    critical: maybe", "categories[0].critical (line 5): “maybe” is not known; write review"),
        (ONE + "    colour: red", "categories[0].colour (line 5): is not a known key; the keys known here"),
        (ONE + "    causes: [{nam: x}]", "categories[0].causes[0].nam (line 5): is not a known key; did you"),
        (ONE + "  - {name: a, key: b, scale: 2}", "categories[1].name (line 5): is named like categories[0]"),
        (ONE.replace("A", "“🙂”"), "categories[0].name (line 3): has no letters to make a key of"),
        (ONE + "pass_mark: good", "pass_mark (line 5): “good” is not a number; choose one from 0 to 100"),
        (ONE + "pass_mark: 80/0", "pass_mark (line 5): “80/0” is not a number"),
    ],
)  # fmt: skip
def test_each_problem_has_its_place_and_mend(text, problem):
    """Whatever is wrong, there is a sentence that says where and what to do; nothing else escapes."""
    assert any(found.startswith(problem) for found in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ONE.replace("A", "n" * (NAME_LIMIT + 1)), "has 61 characters; shorten it to 60"),
        (ONE + f"    description: {'d' * (DESCRIPTION_LIMIT + 1)}", "has 301 characters; shorten it to 300"),
        (ONE + f"    guidance: {'g' * (GUIDANCE_LIMIT + 1)}", "has 1,001 characters; shorten it to 1,000"),
        (ONE + f"    causes: [{'c' * (CAUSE_NAME_LIMIT + 1)}]", "has 76 characters; shorten it to 75"),
        (
            ONE + f"    causes: {[f'c{index}' for index in range(CAUSES_LIMIT + 1)]}",
            "has 11 entries; at most 10 fit",
        ),
        (
            ONE + "".join(f"  - {{name: c{index}, scale: 2}}\n" for index in range(CATEGORIES_LIMIT)),
            "has 13 entries; at most 12 fit",
        ),
    ],
)
def test_what_slack_cannot_show_is_refused(text, problem):
    """Names, texts and lists stay within what a message and a modal hold."""
    assert any(problem in found for found in problems(text))


def test_the_fattest_scorecard_is_read():
    """Everything at its limit is fine."""
    causes = tuple(RootCause(f"k{index}", str(index) * CAUSE_NAME_LIMIT) for index in range(CAUSES_LIMIT))
    fattest = Scorecard(
        "s" * NAME_LIMIT,
        tuple(
            RatingCategory(
                key=f"c{index}",
                name=f"{index:02}".ljust(NAME_LIMIT, "n"),
                scale=RatingScale(5),
                description="d" * DESCRIPTION_LIMIT,
                guidance="g" * GUIDANCE_LIMIT,
                causes=causes,
            )
            for index in range(CATEGORIES_LIMIT)
        ),
    )
    assert read_scorecard(write_scorecard(fattest)) == fattest


def test_a_cause_may_be_called_comment():
    """Only a category shares its key with the fields of the form."""
    card = read_scorecard(ONE + "    causes: [Comment]")
    assert card.categories[0].causes == (RootCause("comment", "Comment"),)


def test_aliases_cannot_explode():
    """A few lines of anchors that would unfold to millions of nodes are refused at once."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert problems("\n".join(lines)) == (
        "the file is nested or repeated too much for a scorecard; write it out plainly",
    )


def test_yaml_tags_make_no_objects():
    """A tag that names a Python function is text like any other."""
    assert read_scorecard(ONE.replace("A", "!!python/name:os.system A")).categories[0].name == "A"


def lines_of(limit):
    """Text as the reader leaves it: printable, trimmed, no line ending in a space."""
    letters = st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"]), max_size=limit // 4
    )
    return st.lists(letters, max_size=3).map(
        lambda lines: "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()).strip()
    )


names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip
keys = st.text("abcxyzäж0189_-", min_size=1, max_size=12).filter(lambda key: key != "comment")


def distinct(things, limit):
    return st.lists(
        things, max_size=limit, unique_by=(lambda each: each[0].casefold(), lambda each: each[1].casefold())
    )


@st.composite
def scorecards(draw):
    """Any scorecard that may be published."""
    groups = tuple(
        CategoryGroup(key, name, draw(st.sampled_from(Criticality)))
        for key, name in draw(distinct(st.tuples(keys, names), 3))
    )
    categories = []
    for key, name in draw(distinct(st.tuples(keys, names), 4)):
        scored = draw(st.booleans())
        group = draw(st.sampled_from([None, *(each.key for each in groups)]))
        kinds = [Criticality.NONE, Criticality.REVIEW, Criticality.GROUP][
            : 1 if not scored else 3 if group else 2
        ]
        causes = tuple(RootCause(*each) for each in draw(distinct(st.tuples(keys, names), 3)))
        categories.append(
            RatingCategory(
                key=key,
                name=name,
                scale=RatingScale(draw(st.integers(2, 5))),
                weight=draw(st.integers(0, 100)),
                critical=draw(st.sampled_from(kinds)),
                group=group,
                scored=scored,
                skippable=draw(st.booleans()),
                description=draw(lines_of(DESCRIPTION_LIMIT)),
                guidance=draw(lines_of(GUIDANCE_LIMIT)),
                causes=causes,
                causes_always=draw(st.booleans()),
            )
        )
    counts = RatingCategory("counts-for-sure", "counts for sure", RatingScale(3))
    if all(each.name != counts.name for each in categories):
        categories.append(counts)
    pass_mark = draw(st.one_of(st.integers(0, 100).map(Fraction), st.fractions(0, 100, max_denominator=1000)))
    return Scorecard(draw(names), tuple(categories), groups, pass_mark)


@settings(deadline=None)
@given(scorecards())
def test_what_is_written_is_read_back(scorecard):
    """Writing and reading gives the same scorecard, hostile names and exact pass marks included."""
    assert read_scorecard(write_scorecard(scorecard)) == scorecard


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    """Nothing but Invalid comes out of a text that is no scorecard."""
    for whole in (text, ONE + text, ONE.replace("A", text)):
        with suppress(Invalid):
            assert read_scorecard(whole).categories


def test_the_popular_preset_is_ready_to_use():
    """The five categories of the field, solution critical, each with description, guidance and causes."""
    assert presets() == ["popular"]
    card = preset()
    assert [category.name for category in card.categories] == [
        "Solution",
        "Tone and empathy",
        "Product knowledge",
        "Process",
        "Grammar",
    ]
    assert [category.critical for category in card.categories] == ["review", *["none"] * 4]
    assert sum(category.weight for category in card.categories) == 100
    for category in card.categories:
        assert category.key == key_from(category.name)
        assert category.description
        assert category.causes
        assert all(f"{value}: " in category.guidance for value in category.scale.values)
    best = {category.key: Rating(category.scale.points) for category in card.categories}
    assert review_score(card, best).percent == 100
    assert review_score(card, best | {"solution": Rating(2)}).percent == 0


def test_an_unknown_preset_names_those_there_are():
    """A wrong name, or one that tries to leave the folder, finds nothing."""
    for name in ("unpopular", "../presets/popular", ""):
        with pytest.raises(NotFound, match="There is: popular"):
            preset(name)


def test_the_presets_say_what_may_be_changed():
    """A written scorecard can be published again as it is, so that people may start from it."""
    assert read_scorecard(write_scorecard(preset())) == preset()
