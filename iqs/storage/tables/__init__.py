"""The tables. What must never break stands here too: UNIQUE, CHECK and foreign keys, not only in the code.

Two rules need triggers and stand in the first migration: a published scorecard version never changes,
and the audit is only ever added to.
"""

from iqs.storage.columns import Base
from iqs.storage.tables.conversations import Conversation, FetchRequest, Sync, Transcript
from iqs.storage.tables.delivery import Inbox, Notice, Replica, Schedule, ScheduleRun
from iqs.storage.tables.installation import Audit, Setting
from iqs.storage.tables.people import HelpdeskIdentity, Membership, Person, Team
from iqs.storage.tables.reviews import Assignment, Draw, Rating, Review, Shift
from iqs.storage.tables.scorecards import Category, Scorecard, ScorecardVersion

__all__ = [
    "Assignment",
    "Audit",
    "Base",
    "Category",
    "Conversation",
    "Draw",
    "FetchRequest",
    "HelpdeskIdentity",
    "Inbox",
    "Membership",
    "Notice",
    "Person",
    "Rating",
    "Replica",
    "Review",
    "Schedule",
    "ScheduleRun",
    "Scorecard",
    "ScorecardVersion",
    "Setting",
    "Shift",
    "Sync",
    "Team",
    "Transcript",
]
