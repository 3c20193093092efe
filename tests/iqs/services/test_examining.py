"""One category, one agent, one score: what an independent reckoning says, and only for those who may see it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from sqlalchemy import insert, select, update

from iqs import headlines, period_words
from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.reviews import UNDO_WINDOW
from iqs.services import examining, reporting
from iqs.storage import tables
from iqs.storage.repositories import people
from tests import history

NOW = datetime(2026, 11, 3, 15, tzinfo=UTC)
LEAD, ADMIN, AUDITOR, OTHER_LEAD = 20, 21, 22, 23


def remember(store):
    with store.write() as tx:
        made = history.people(tx)
        tx.execute(update(tables.Team).values(scorecard_id=1))
        roles = {LEAD: "lead", ADMIN: "admin", AUDITOR: "auditor", OTHER_LEAD: "lead"}
        tx.execute(
            insert(tables.Person),
            [{"id": n, "name": f"Other {n}", "active": True, "slack_user_id": f"U0{n}"} for n in roles],
        )
        tx.execute(
            insert(tables.Membership),
            [
                {"team_id": 2 if n == OTHER_LEAD else 1, "person_id": n, "role": role}
                for n, role in roles.items()
            ],
        )
        history.reviews(tx, made, 300, days=56)
    return made


@pytest.fixture
def past(store, furnish):
    """Six agents in two teams, their reviewers, and four who look on; 300 reviews over eight weeks."""
    return furnish(store, remember)


def person(store, number):
    with store.read() as tx:
        return people.by_id(tx, number)


def rated(store, actor, name, team="Team 1"):
    known = [each for each in examining.rated(store, actor) if each.team.name == team]
    return examining.chosen(known, name)


def test_the_card_says_what_the_reviews_say(store, past):
    """Mean, n, trend, causes and persons of a category equal a reckoning over the single reviews."""
    lead = person(store, LEAD)
    card = examining.category_card(store, lead, rated(store, lead, "solution"), now=NOW)
    span = card.period
    counted = [
        each
        for each in past.reviews
        if each.team == 1
        and each.counts
        and "solution" in each.percents
        and span.start <= each.at < span.end
        and each.at <= NOW - UNDO_WINDOW
    ]
    points = [float(each.percents["solution"]) for each in counted]
    assert card.figure.estimate.n == len(points)
    assert card.figure.estimate.mean == pytest.approx(fmean(points), abs=1e-6)
    picked = [cause for each in counted for key, cause in each.causes if key == "solution"]
    assert {each.cause: each.count for each in card.causes} == {
        name: picked.count(key)
        for key, name in (("unread", "Did not read the question"), ("rushed", "Rushed"))
        if picked.count(key)
    }
    own = {n: [float(e.percents["solution"]) for e in counted if e.reviewee == n] for n in past.agents}
    assert {each.name: each.estimate.n for each in card.people} == {
        f"Person {n}": len(scores) for n, scores in own.items() if scores
    }
    assert sum(point.estimate.n for point in card.trend) >= card.figure.estimate.n


def test_the_card_agrees_with_the_team(store, past):
    """A category's figure is the very one of the team's report."""
    lead = person(store, LEAD)
    report = reporting.team_report(store, lead, 1, now=NOW, period="October")
    of = rated(store, lead, "tone")
    card = examining.category_card(
        store, lead, of, now=NOW, period=period_words.parse("October", of.team.timezone, NOW)
    )
    told = headlines.judged(report).categories
    assert card.figure == next(each for each in told if each.key == "tone")


def test_members_see_no_persons(store, past):
    """An agent of a team of six gets the figure, and nobody's name."""
    card = examining.category_card(store, person(store, 1), rated(store, person(store, 1), "tone"), now=NOW)
    assert card.figure is not None
    assert card.people == ()


def test_a_group_reads_no_figure_of_few(store, past):
    """With four people behind it a member sees none of it, the lead all."""
    with store.write() as tx:
        for gone in (5, 6):
            tx.execute(update(tables.Review).where(tables.Review.reviewee_id == gone).values(team_id=2))
    member = examining.category_card(store, person(store, 1), rated(store, person(store, 1), "tone"), now=NOW)
    assert (member.figure, member.trend, member.causes, member.people) == (None, (), (), ())
    lead = person(store, LEAD)
    assert examining.category_card(store, lead, rated(store, lead, "tone"), now=NOW).figure.estimate.n


@pytest.mark.parametrize(
    ("typed", "error", "words"),
    [
        ("", NotFound, "Say which category. Known: “Solution”, “Tone and empathy”, “Process”, “Mood”"),
        ("speed", NotFound, "There is no category “speed”"),
        ("x" * 4000, NotFound, "There is no category “xxx"),
    ],
)
def test_an_unknown_category_names_the_known(store, past, typed, error, words):
    """One sentence with what could be asked; however long the question, a short answer."""
    with pytest.raises(error, match=words) as told:
        rated(store, person(store, LEAD), typed)
    assert len(str(told.value)) < 300


def test_two_teams_are_told_apart(store, past):
    """An admin sees the same category in both teams, and is asked which."""
    known = examining.rated(store, person(store, ADMIN))
    with pytest.raises(Invalid, match="Several of your teams rate Tone and empathy: “Team 1”, “Team 2”"):
        examining.chosen(known, "tone")


def test_strangers_to_all_teams_see_no_category(store, past):
    """Who may see no team is refused before any name is told."""
    with store.write() as tx:
        tx.execute(insert(tables.Team).values(id=3, name="Small", timezone="UTC", scorecard_id=1))
        tx.execute(insert(tables.Person).values(id=30, name="New", active=True))
        tx.execute(insert(tables.Membership).values(team_id=3, person_id=30, role="agent"))
    with pytest.raises(NotAllowed):
        examining.rated(store, person(store, 30))


def test_an_agents_card_for_those_who_may(store, past):
    """Lead, admin, auditor and the agent get it; the lead of another team only of that team."""
    for who in (LEAD, ADMIN, AUDITOR):
        card = examining.agent_card(store, person(store, who), now=NOW, named="Person 3")
        assert card.report.person.id == 3
        assert card.team.name == "Team 1"
        assert card.reads is (who != AUDITOR)
    own = examining.agent_card(store, person(store, 3), now=NOW, named="person 3")
    assert own.own
    assert own.report.iqs.n == reporting.personal_report(store, person(store, 3), now=NOW).iqs.n
    assert (
        examining.agent_card(store, person(store, OTHER_LEAD), now=NOW, named="Person 3").team.name
        == "Team 2"
    )


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        (1, {"named": "Person 3"}),
        (7, {"named": "Person 3"}),
        (LEAD, {"named": "Nobody"}),
        (LEAD, {"named": ""}),
        (LEAD, {"mentioned": "U0NOBODY"}),
        (LEAD, {"mentioned": f"U0{OTHER_LEAD}"}),
        (LEAD, {"named": f"Other {OTHER_LEAD}"}),
    ],
)
def test_everybody_else_gets_one_sentence(store, past, who, asked):
    """Not there and not yours to see read the same: nobody learns who exists."""
    with pytest.raises(NotFound) as told:
        examining.agent_card(store, person(store, who), now=NOW, **asked)
    assert str(told.value) == examining.NOBODY_THERE


def test_a_name_that_could_be_several_is_asked_back(store, past):
    """The lead is asked to write more of it."""
    with pytest.raises(Invalid, match="“person” could be “Person 1”, “Person 2”"):
        examining.agent_card(store, person(store, LEAD), now=NOW, named="person")


def test_the_newest_review_is_explained(store, past):
    """Without a number it is the latest that the actor gave, or received and may read by then."""
    mine = sorted(
        (each.at, n, each.reviewee == 2)
        for n, each in enumerate(past.reviews, 1)
        if 2 in (each.reviewee, each.reviewer)
    )
    assert examining.explained(store, person(store, 2), "", now=NOW)[0] == f"Review {mine[-1][1]}"
    latest = max(each for each in mine if each[2])
    with store.write() as tx:
        tx.execute(update(tables.Review).where(tables.Review.reviewer_id == 2).values(reviewer_id=9))
    assert examining.explained(store, person(store, 2), "", now=NOW)[0] == f"Review {latest[1]}"
    unreleased = latest[0] + timedelta(minutes=5)
    assert examining.explained(store, person(store, 2), "", now=unreleased)[0] != f"Review {latest[1]}"


def test_a_link_leads_to_its_review(store, past):
    """A Slack link to the feedback, the conversation's address, "#7" and "7" all find it; nothing else does."""
    with store.write() as tx:
        tx.execute(
            insert(tables.Notice).values(
                key="feedback:7:v1", kind="feedback", object_id=7, person_id=past.reviews[6].reviewee, state="sent",
                posted_to="D0ADA", ts="1762000000.000100", not_before=NOW, created_at=NOW, attempts=1,
            )
        )  # fmt: skip
        conversation = tx.scalar(select(tables.Review.conversation_id).where(tables.Review.id == 7))
        tx.execute(
            update(tables.Conversation)
            .where(tables.Conversation.id == conversation)
            .values(url="https://desk.example/c/7?x=1")
        )
    admin = person(store, ADMIN)
    for link in (
        "7",
        "#7",
        "https://acme.slack.com/archives/D0ADA/p1762000000000100",
        "<https://acme.slack.com/archives/D0ADA/p1762000000000100?thread_ts=1>",
        "https://desk.example/c/7?x=1",
        "<https://desk.example/c/7?x=1|desk.example/c/7>",
    ):
        assert examining.explained(store, admin, link, now=NOW)[0] == "Review 7"
    for link in (
        "https://desk.example/c/8",
        "https://acme.slack.com/archives/D0ADA/p1762000000000101",
        "99999",
    ):
        with pytest.raises(NotFound):
            examining.explained(store, admin, link, now=NOW)
    for link in ("seven", "7; DROP", "9" * 40, "-7"):
        with pytest.raises(Invalid):
            examining.explained(store, admin, link, now=NOW)


def test_others_reviews_stay_theirs(store, past):
    """A colleague's number and a number that does not exist get the same sentence."""
    theirs = next(n for n, each in enumerate(past.reviews, 1) if 1 not in (each.reviewee, each.reviewer))
    told = []
    for number in (theirs, 10**9):
        with pytest.raises((NotFound, NotAllowed)) as error:
            examining.explained(store, person(store, 1), str(number), now=NOW)
        told.append(str(error.value))
    assert len(set(told)) == 1


def test_an_auditor_reads_no_words(store, past):
    """Scores are for an auditor, what was said is not."""
    lead, auditor = person(store, LEAD), person(store, AUDITOR)
    team = rated(store, lead, "tone").team
    assert examining.reads(lead, team)
    assert not examining.reads(auditor, team)
    assert not examining.reads(lead, replace(team, id=2))
