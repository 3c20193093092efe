"""People, teams and roles. One person may stand in several teams, with other roles in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Any

MOST_CAPACITY = 1_000
"""A reviewer's capacity, in conversations a cycle, is not more: it would be no limit."""


class Role(StrEnum):
    """What a person does in a team. Admin and auditor count in every team."""

    AGENT = "agent"
    REVIEWER = "reviewer"
    LEAD = "lead"
    ADMIN = "admin"
    AUDITOR = "auditor"


EVERYWHERE = frozenset({Role.ADMIN, Role.AUDITOR})


class Cycle(StrEnum):
    """How often a team's sample is drawn."""

    DAILY = "daily"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"


class QuotaOf(StrEnum):
    """Whose number of conversations a cycle the quota is."""

    REVIEWEE = "reviewee"
    REVIEWER = "reviewer"


class AfterDeadline(StrEnum):
    """What becomes of work that is open at its deadline."""

    CARRY = "carry"
    EXPIRE = "expire"


class RevieweeRule(StrEnum):
    """Whose work a conversation is, when several agents wrote in it."""

    ASSIGNEE = "assignee"
    MOST_ACTIVE = "most_active"
    LAST_ANSWER = "last_answer"


@dataclass(frozen=True, slots=True)
class Team:
    """A support team and its settings.

    `timezone` is an IANA name; `channel_id` the Slack channel of the digest (opaque here); `quota` the
    conversations drawn for each agent and period; `opens`/`closes` the team's working hours in `timezone`
    on `working_days` (0 = Monday); `shows_reviewer` whether an agent reads who reviewed them; `redacts` whether
    customers' personal data is replaced by marks before text is stored; `goal` the IQS the team wants to reach,
    0–100; `names_people` whether the digest may name individuals; `week_start` the weekday a week begins with.

    Its draws: `cycle` how often, `quota_of` whether `quota` counts for each reviewee or for each reviewer, `due_days`
    the days a reviewer has, `after_deadline` whether open work is carried over or expires, `reviewee_rule` whose
    work a conversation is, `filters` and `targets` as stored words (`iqs.eligibility`), `double_percent` of the
    sample reviewed a second time unseen, `self_reviews` whether agents are asked too, `hides_agent` whether
    reviewers read whose work it is.
    """

    id: int
    name: str
    timezone: str = "UTC"
    channel_id: str | None = None
    scorecard_id: int | None = None
    quota: int = 3
    opens: time = time(9)
    closes: time = time(18)
    working_days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    shows_reviewer: bool = True
    redacts: bool = True
    goal: int | None = None
    names_people: bool = False
    week_start: int = 0
    cycle: Cycle = Cycle.WEEKLY
    quota_of: QuotaOf = QuotaOf.REVIEWEE
    due_days: int = 7
    after_deadline: AfterDeadline = AfterDeadline.CARRY
    reviewee_rule: RevieweeRule = RevieweeRule.ASSIGNEE
    filters: Mapping[str, Any] = field(default_factory=dict)
    targets: Mapping[str, Any] = field(default_factory=dict)
    double_percent: int = 0
    self_reviews: bool = False
    hides_agent: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the programme. `roles` maps a team's id to the roles held there."""

    id: int
    name: str
    email: str | None = None
    slack_user_id: str | None = None
    timezone: str | None = None
    active: bool = True
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)

    def has(self, role: Role, team_id: int) -> bool:
        """Whether this person holds `role` in the team; admin and auditor count in every team."""
        if not self.active:
            return False
        if role in EVERYWHERE:
            return any(role in held for held in self.roles.values())
        return role in self.roles.get(team_id, frozenset())

    def teams(self, *roles: Role) -> tuple[int, ...]:
        """Ids of the teams where this person holds at least one of `roles`, ascending."""
        if not self.active:
            return ()
        return tuple(sorted(team for team, held in self.roles.items() if held.intersection(roles)))

    @property
    def is_admin(self) -> bool:
        """Whether this person is admin of the installation."""
        return self.active and any(Role.ADMIN in held for held in self.roles.values())
