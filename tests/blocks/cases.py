"""Thin, typical and the fattest values a view may be given; `hostile()` is what strangers write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from iqs.assignments import Assignment, AssignmentState, Card
from iqs.conversations import Author, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.people import Person, Role, Team
from iqs.reports import Feedback
from iqs.reviews import Draft, Rating, ReviewKind, Stream
from iqs.scorecards import (
    CategoryGroup,
    Criticality,
    RatingCategory,
    RatingScale,
    RootCause,
    Scorecard,
)
from iqs.scoring import review_score

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
CANARY = "CANARY <!channel> &amp; <@U0123> *bold* :tada: https://canary.example/x"


def hostile(length=600):
    """Mentions, entities, mrkdwn, a bidi override, NUL, a lone surrogate, piled marks, families, tags."""
    start = CANARY + " \u202egnirts\u202c \x00\ud800 " + "Z" + "\u0335\u0322" * 30 + " <b>&&&</b> "
    return (start + "👨‍👩‍👧‍👦&<>\U0001f3f4" * length)[:length]


def scorecard(count=5):
    """Five usual categories on 5 points, or `count` of the fattest."""
    if count == 5:
        names = ("Solution", "Tone and empathy", "Product knowledge", "Process", "Grammar")
        causes = (RootCause("policy", "Policy not followed"), RootCause("incomplete", "Answer incomplete"))
        return Scorecard(
            "Support",
            tuple(
                RatingCategory(
                    name.split()[0].lower(),
                    name,
                    RatingScale(2 if name == "Grammar" else 5),
                    description=f"How good was the {name.lower()}?",
                    guidance="5: nothing is missing. 1: the customer is worse off.",
                    critical=Criticality.REVIEW if name == "Process" else Criticality.NONE,
                    causes=causes,
                )
                for name in names
            ),
            version=3,
            version_id=9,
        )
    return Scorecard(
        hostile(200),
        tuple(
            RatingCategory(
                f"category_{index}".ljust(40, "k"),
                hostile(200),
                RatingScale(5),
                group=f"group_{index}",
                critical=Criticality.GROUP,
                description=hostile(2000),
                guidance=hostile(2000),
                causes=tuple(RootCause(f"cause_{each}", hostile(200)) for each in range(10)),
            )
            for index in range(count)
        ),
        tuple(CategoryGroup(f"group_{index}", hostile(200), Criticality.GROUP) for index in range(count)),
    )


def conversation(*, fat=False):
    """A short chat, or a 100,000-character thread of a hostile stranger."""
    if fat:
        return Conversation(
            source="demo",
            external_id="9",
            channel=hostile(300),
            subject=hostile(3000),
            url="https://help.example/c/9",
            opened_at=NOW,
            closed_at=NOW,
            agent=HelpdeskAgent("a1", hostile(300)),
            customer=Customer("c1", hostile(300), "c@example.com"),
            csat=SurveyAnswer(Fraction(10, 3), Fraction(1), Fraction(5)),
            messages=(
                Message(Author.CUSTOMER, hostile(100_000), NOW, "c1"),
                Message(Author.AGENT, hostile(20_000), NOW, "a1"),
                *(Message(author, hostile(300), NOW) for author in list(Author) * 30),
            ),
        )
    return Conversation(
        source="demo",
        external_id="1",
        channel="chat",
        subject="Where is my order?",
        url="https://help.example/c/1",
        opened_at=NOW - timedelta(days=2),
        closed_at=NOW - timedelta(days=1),
        agent=HelpdeskAgent("a1", "Maya Lind"),
        csat=SurveyAnswer(Fraction(4), Fraction(1), Fraction(5)),
        messages=(
            Message(Author.CUSTOMER, "Hi, my order 4711 has not arrived.", NOW - timedelta(days=2)),
            Message(Author.BOT, "We are on it.", NOW - timedelta(days=2)),
            Message(Author.AGENT, "I am sorry. It leaves today.", NOW - timedelta(days=2), "a1"),
            Message(Author.NOTE, "Check the warehouse.", NOW - timedelta(days=2)),
            Message(Author.CUSTOMER, "Thank you!", NOW - timedelta(days=1)),
        ),
    )


def bare_conversation():
    """Nothing in it but its identity."""
    return Conversation(source="demo", external_id="0", channel="", messages=())


def assignment(**changes):
    """Assignment 41 of team 7, due on Friday."""
    usual = Assignment(
        id=41,
        team_id=7,
        conversation_id=1,
        reviewer_id=2,
        reviewee_id=3,
        kind=ReviewKind.MANAGER,
        stream=Stream.RANDOM,
        due_at=NOW + timedelta(days=4),
        period="2026-W47",
    )
    return replace(usual, **changes)


def card(ratings=None, **changes):
    """The usual card; `ratings` maps keys to values."""
    draft = Draft({key: Rating(value) for key, value in (ratings or {}).items()})
    usual = Card(
        assignment=assignment(),
        conversation=conversation(),
        scorecard=scorecard(),
        reviewer_name="Jonas Weber",
        reviewee_name="Maya Lind",
        team_name="Care",
        team_timezone="Europe/Berlin",
        draft=draft,
    )
    return replace(usual, **changes)


RATED = {"solution": 4, "tone": 5, "product": 3, "process": 5, "grammar": 2}


def submitted(values=None, **changes):
    """A card that was submitted at 09:30 and can be undone until 09:40."""
    rated = card(values or RATED)
    return replace(
        rated,
        assignment=assignment(state=AssignmentState.SUBMITTED),
        score=review_score(rated.scorecard, rated.draft.ratings),
        submitted_at=NOW,
        undo_until=NOW + timedelta(minutes=10),
        review_id=5,
        review_version=1,
        **changes,
    )


def fat_draft(card_):
    """Every category rated with every cause, the longest notes and the longest comment."""
    ratings = {
        each.key: Rating(2, tuple(cause.key for cause in each.causes), hostile(500))
        for each in card_.categories
    }
    return Draft(ratings, hostile(3000))


def fat_card(**changes):
    """12 categories of 10 causes, 100,000 characters, hostile names."""
    rated = scorecard(12)
    return card(
        scorecard=rated,
        conversation=conversation(fat=True),
        draft=fat_draft(rated),
        reviewee_name=hostile(400),
        reviewer_name=hostile(400),
        team_name=hostile(400),
        assignment=assignment(id=10**17, kind=ReviewKind.CALIBRATION, stream=Stream.TARGETED),
        **changes,
    )


def thin_card():
    """One category, an empty conversation, no names."""
    one = Scorecard("", (RatingCategory("only", "", RatingScale(2), skippable=False),))
    return card(
        scorecard=one,
        conversation=bare_conversation(),
        reviewee_name="",
        assignment=assignment(due_at=None, period=""),
    )


PERSON = Person(3, "Maya Lind", "maya@example.com", roles={7: frozenset({Role.AGENT})})
LEAD = Person(9, "Lea Lead", "lea@example.com", roles={7: frozenset({Role.LEAD, Role.REVIEWER, Role.AGENT})})
TEAM = Team(7, "Care", "Europe/Berlin")


def feedback(values=None, **changes):
    """What Maya reads: usual, with a comment, a note and a cause."""
    rated = scorecard()
    values = values or RATED
    ratings = {key: Rating(value) for key, value in values.items()}
    if ratings.get("product") == Rating(3):
        ratings["product"] = Rating(3, ("incomplete",), "The return address was missing.")
    usual = Feedback(
        review_id=5,
        reviewee=PERSON,
        reviewer_name="Jonas Weber",
        team=TEAM,
        conversation=conversation(),
        scorecard=rated,
        draft=Draft(ratings, "Warm and quick. Next time name the return address as well."),
        score=review_score(rated, ratings),
        kind=ReviewKind.MANAGER,
        stream=Stream.RANDOM,
        submitted_at=NOW,
    )
    return replace(usual, **changes)


def fat_feedback(**changes):
    """The fattest card, rated and commented to the brim."""
    rated = scorecard(12)
    draft = fat_draft(rated)
    return feedback(
        scorecard=rated,
        draft=draft,
        score=review_score(rated, draft.ratings),
        conversation=conversation(fat=True),
        reviewee=replace(PERSON, name=hostile(300)),
        reviewer_name=hostile(300),
        version=12,
        **changes,
    )


def thin_feedback():
    """All N/A, no comment, reviewer hidden."""
    rated = scorecard()
    ratings = {each.key: Rating(None) for each in rated.categories}
    return feedback(
        draft=Draft(ratings),
        score=review_score(rated, ratings),
        conversation=bare_conversation(),
        reviewee=replace(PERSON, name=""),
        reviewer_name=None,
        kind=ReviewKind.PEER,
    )
