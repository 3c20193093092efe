"""Every role tries every action on every thing it can be related to; what is not granted is refused."""

from itertools import product

import pytest

from iqs.access import (
    Action,
    AgentFacts,
    AssignmentFacts,
    Installation,
    ReviewFacts,
    TeamFacts,
    can,
    demand,
)
from iqs.errors import NotAllowed
from iqs.people import Person, Role
from iqs.reviews import ReviewKind, Stream

ME, REVIEWER, REVIEWEE, TEAM, ELSEWHERE = 1, 2, 3, 10, 20


def review(*, reviewer=REVIEWER, reviewee=REVIEWEE, released=True, stream=Stream.RANDOM):
    return ReviewFacts(TEAM, reviewer, reviewee, released, stream)


def assignment(*, reviewer=REVIEWER, reviewee=REVIEWEE, kind=ReviewKind.PEER, **more):
    return AssignmentFacts(TEAM, reviewer, reviewee, kind=kind, **more)


THINGS = {
    "review of me": review(reviewee=ME),
    "review of me, unreleased": review(reviewee=ME, released=False),
    "review I wrote": review(reviewer=ME),
    "review I wrote, unreleased": review(reviewer=ME, released=False),
    "my self review, unreleased": review(reviewer=ME, reviewee=ME, released=False),
    "second reading of me": review(reviewee=ME, stream=Stream.DOUBLE),
    "second reading I wrote": review(reviewer=ME, stream=Stream.DOUBLE),
    "others' review": review(),
    "others' review, unreleased": review(released=False),
    "assigned to me": assignment(reviewer=ME),
    "assigned to me, closed": assignment(reviewer=ME, open=False),
    "assigned to me, I took part": assignment(reviewer=ME, participants=frozenset({ME})),
    "assigned to me, about me": assignment(reviewer=ME, reviewee=ME),
    "my self review to do": assignment(
        reviewer=ME, reviewee=ME, kind=ReviewKind.SELF, participants=frozenset({ME})
    ),
    "assigned to another": assignment(),
    "assigned to another, I took part": assignment(participants=frozenset({ME})),
    "assigned to another, about me": assignment(reviewee=ME),
    "team of five": TeamFacts(TEAM, 5),
    "team of four": TeamFacts(TEAM, 4),
    "my figures": AgentFacts(TEAM, ME),
    "another's figures": AgentFacts(TEAM, REVIEWEE),
    "everything": Installation(),
}

# The roles held in the thing's team (agent, Reviewer, lead, admin, auditor), then the same in another team.
COLUMNS = [(Role(role), team) for team in (TEAM, ELSEWHERE) for role in Role]
GRANTED = """
                                                   a R l A u   a R l A u  elsewhere
see_review   review of me                          x x x x x   x x x x x
see_review   review of me, unreleased              . . . . .   . . . . .
see_review   review I wrote                        x x x x x   x x x x x
see_review   review I wrote, unreleased            x x x x x   x x x x x
see_review   my self review, unreleased            x x x x x   x x x x x
see_review   second reading of me                  . . . . .   . . . . .
see_review   second reading I wrote                x x x x x   x x x x x
see_review   others' review                        . . x x .   . . . x .
see_review   others' review, unreleased            . . x x .   . . . x .
see_score    review of me                          x x x x x   x x x x x
see_score    review of me, unreleased              . . . . .   . . . . .
see_score    review I wrote                        x x x x x   x x x x x
see_score    review I wrote, unreleased            x x x x x   x x x x x
see_score    my self review, unreleased            x x x x x   x x x x x
see_score    second reading of me                  . . . . .   . . . . .
see_score    second reading I wrote                x x x x x   x x x x x
see_score    others' review                        . . x x x   . . . x x
see_score    others' review, unreleased            . . x x x   . . . x x
see_text     review of me                          x x x x x   x x x x x
see_text     review of me, unreleased              . . . . .   . . . . .
see_text     review I wrote                        x x x x x   x x x x x
see_text     review I wrote, unreleased            x x x x x   x x x x x
see_text     my self review, unreleased            x x x x x   x x x x x
see_text     second reading of me                  . . . . .   . . . . .
see_text     second reading I wrote                x x x x x   x x x x x
see_text     others' review                        . . x x .   . . . x .
see_text     others' review, unreleased            . . x x .   . . . x .
acknowledge  review of me                          x x x x x   x x x x x
see_card     assigned to me                        . x x x .   . . . x .
see_card     assigned to me, closed                . x x x .   . . . x .
see_card     assigned to me, I took part           . x x x .   . . . x .
see_card     my self review to do                  x . x x .   . . . x .
see_card     assigned to another                   . . x x .   . . . x .
see_card     assigned to another, I took part      . . x x .   . . . x .
see_text     assigned to me                        . x x x .   . . . x .
see_text     assigned to me, closed                . . x x .   . . . x .
see_text     assigned to me, I took part           . x x x .   . . . x .
see_text     my self review to do                  x . x x .   . . . x .
see_text     assigned to another                   . . x x .   . . . x .
see_text     assigned to another, I took part      . . x x .   . . . x .
rate         assigned to me                        . x x . .   . . . . .
rate         assigned to me, closed                . x x . .   . . . . .
rate         my self review to do                  x . . . .   . . . . .
reassign     assigned to me                        . x x x .   . . . x .
reassign     assigned to me, closed                . x x x .   . . . x .
reassign     assigned to me, I took part           . x x x .   . . . x .
reassign     my self review to do                  x . x x .   . . . x .
reassign     assigned to another                   . . x x .   . . . x .
reassign     assigned to another, I took part      . . x x .   . . . x .
see_team     team of five                          x x x x x   . . . x x
see_team     team of four                          . . x x x   . . . x x
see_agent    team of five                          . . x x x   . . . x x
see_agent    team of four                          . . x x x   . . . x x
see_agent    my figures                            x x x x x   x x x x x
see_agent    another's figures                     . . x x x   . . . x x
draw         team of five                          . . x x .   . . . x .
draw         team of four                          . . x x .   . . . x .
take         team of five                          . x x . .   . . . . .
take         team of four                          . x x . .   . . . . .
hand_out     team of five                          . . x x .   . . . x .
hand_out     team of four                          . . x x .   . . . x .
export       team of five                          . . x x .   . . . x .
export       team of four                          . . x x .   . . . x .
export       everything                            . . . x .   . . . x .
set_away     my figures                            x x x x x   x x x x x
set_away     another's figures                     . . x x .   . . . x .
configure    team of five                          . . . x .   . . . x .
configure    team of four                          . . . x .   . . . x .
configure    everything                            . . . x .   . . . x .
plan         team of five                          . . x x .   . . . x .
plan         team of four                          . . x x .   . . . x .
import       everything                            . . . x .   . . . x .
mend         team of five                          . . x x .   . . . x .
mend         team of four                          . . x x .   . . . x .
mend         everything                            . . . x .   . . . x .
"""


def granted():
    """The table above: (action, thing) → for each column whether it is granted."""
    table = {}
    for line in GRANTED.strip().splitlines()[1:]:
        action, thing, marks = line[:13].strip(), line[13:51].strip(), line[51:].split()
        assert thing in THINGS
        assert (len(marks), set(marks) <= {"x", "."}) == (len(COLUMNS), True)
        table[Action(action), thing] = [mark == "x" for mark in marks]
    return table


TABLE = granted()


def person(roles, **more):
    return Person(ME, "Me", roles=roles, **more)


@pytest.mark.parametrize("action", Action)
def test_exactly_what_the_table_grants_is_allowed(action):
    """Each role, in the thing's team and elsewhere, may do what has an x and nothing else."""
    for thing, facts in THINGS.items():
        wanted = TABLE.get((action, thing), [False] * len(COLUMNS))
        found = [can(person({team: frozenset({role})}), action, facts) for role, team in COLUMNS]
        assert found == wanted, thing


@pytest.mark.parametrize(
    "outsider",
    [person({}), person({TEAM: frozenset()}), person({TEAM: frozenset(Role)}, active=False)],
    ids=["no team", "no role", "inactive"],
)
def test_nobody_without_a_role_or_inactive_may_anything(outsider):
    """No roles, empty roles and deactivation each take everything away, also what is one's own."""
    assert not [pair for pair in product(Action, THINGS) if can(outsider, pair[0], THINGS[pair[1]])]


@pytest.mark.parametrize(
    ("action", "thing"),
    [
        (Action.SEE_REVIEW, "review of me, unreleased"),
        (Action.SEE_SCORE, "review of me, unreleased"),
        (Action.SEE_TEXT, "review of me, unreleased"),
        (Action.SEE_REVIEW, "second reading of me"),
        (Action.SEE_SCORE, "second reading of me"),
        (Action.SEE_CARD, "assigned to another, about me"),
        (Action.REASSIGN, "assigned to another, about me"),
        (Action.RATE, "assigned to me, about me"),
        (Action.RATE, "assigned to me, I took part"),
        (Action.ACKNOWLEDGE, "others' review"),
    ],
)
def test_no_role_outweighs_being_concerned(action, thing):
    """Somebody who holds every role at once still does not see or steer what is about themself too early."""
    assert not can(person({TEAM: frozenset(Role)}), action, THINGS[thing])


def test_demand_says_no_in_words():
    """What `can` refuses, `demand` raises, with a sentence for each action; what it grants, passes."""
    stranger = person({})
    for action, thing in product(Action, THINGS):
        with pytest.raises(NotAllowed, match=r"\w.+\.$"):
            demand(stranger, action, THINGS[thing])
    demand(person({TEAM: frozenset({Role.LEAD})}), Action.DRAW, THINGS["team of five"])


def test_a_reviewer_who_took_part_is_told_what_to_do():
    """The one refusal that has a way out names it."""
    me = person({TEAM: frozenset({Role.REVIEWER})})
    with pytest.raises(NotAllowed, match=r"took part.+reassign"):
        demand(me, Action.RATE, THINGS["assigned to me, I took part"])
    with pytest.raises(NotAllowed, match="no longer yours"):
        demand(me, Action.RATE, THINGS["assigned to another"])
