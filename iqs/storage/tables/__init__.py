"""The tables. What must never break stands here too: UNIQUE, CHECK and foreign keys, not only in the code.

Some rules need triggers and stand in the migrations: a published scorecard version never changes; the audit, what
was fixed before a draw, its picks and the steps of an assignment are only ever added to.
"""

from iqs.storage.columns import Base
from iqs.storage.tables.conversations import (
    Conversation,
    FetchRequest,
    LeftOut,
    Lot,
    LotDay,
    Sighting,
    Sync,
    Transcript,
    Unsettled,
)
from iqs.storage.tables.delivery import Inbox, Notice, Replica, Schedule, ScheduleRun
from iqs.storage.tables.installation import Audit, Setting
from iqs.storage.tables.people import Absence, HelpdeskIdentity, Membership, Person, Team
from iqs.storage.tables.reviews import (
    Assignment,
    AssignmentEvent,
    Commitment,
    Draw,
    Pick,
    Rating,
    Review,
    Shift,
    Stratum,
)
from iqs.storage.tables.scorecards import Category, Scorecard, ScorecardVersion

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentEvent",
    "Audit",
    "Base",
    "Category",
    "Commitment",
    "Conversation",
    "Draw",
    "FetchRequest",
    "HelpdeskIdentity",
    "Inbox",
    "LeftOut",
    "Lot",
    "LotDay",
    "Membership",
    "Notice",
    "Person",
    "Pick",
    "Rating",
    "Replica",
    "Review",
    "Schedule",
    "ScheduleRun",
    "Scorecard",
    "ScorecardVersion",
    "Setting",
    "Shift",
    "Sighting",
    "Stratum",
    "Sync",
    "Team",
    "Transcript",
    "Unsettled",
]
