"""HubSpot's surveys: which properties of a feedback submission hold the answer, and on what scale; pure.

HubSpot names these properties in its guide, but neither their scales nor how a submission is tied to a ticket;
both are settings. Without a scale, an answer counts by its group: detractor, passive, promoter as 0–2.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from iqs.conversations import SurveyAnswer
from iqs.helpdesk.base import Surveyed
from iqs.helpdesk.edge import answer, moment
from iqs.helpdesk.hubspot import edges

Scale = tuple[int, int] | None

_GROUPS = {"DETRACTOR": 0, "PASSIVE": 1, "PROMOTER": 2}
_PLAIN_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Feedback:
    """Names of properties, and the scales of the two surveys we know; CES is 1–7 in HubSpot's own survey."""

    kind: str = "hs_survey_type"
    value: str = "hs_value"
    group: str = "hs_response_group"
    submitted_at: str = "hs_submission_timestamp"
    ticket: str = "hs_ticket_id"
    csat: Scale = None
    ces: Scale = (1, 7)

    @property
    def properties(self) -> list[str]:
        """All the names, in one order."""
        return [self.kind, self.value, self.group, self.submitted_at, self.ticket]

    def surveyed(self, submission: edges.Submission, thread_id: str) -> Surveyed | None:
        """The answer, tied to its thread; None for another kind of survey or a value outside its scale."""
        told = submission.properties
        kind = (told.get(self.kind) or "").upper()
        if kind == "CSAT":
            csat = self._answer(told, self.csat)
            return Surveyed(thread_id, csat=csat) if csat else None
        ces = self._answer(told, self.ces) if kind == "CES" else None
        return Surveyed(thread_id, ces=ces) if ces else None

    def is_ours(self, submission: edges.Submission) -> bool:
        """Whether it answers a survey we know, about a ticket."""
        told = submission.properties
        return (told.get(self.kind) or "").upper() in {"CSAT", "CES"} and bool(told.get(self.ticket))

    def moment(self, submission: edges.Submission) -> datetime | None:
        """When it was given."""
        return moment(submission.properties.get(self.submitted_at))

    def _answer(self, told: Mapping[str, str | None], scale: Scale) -> SurveyAnswer | None:
        if scale is not None:
            value = told.get(self.value) or ""
            return answer(value, *scale) if _PLAIN_NUMBER.fullmatch(value) else None
        return answer(_GROUPS.get((told.get(self.group) or "").upper()), 0, 2)


def thread_of(threads: Iterable[edges.Thread | None], at: datetime | None) -> str | None:
    """The thread an answer about their ticket speaks of: the last one that had begun when it was given."""
    begun = [each for each in threads if each and each.created_at and (at is None or each.created_at <= at)]
    latest = max(begun, key=lambda each: (each.created_at, each.id), default=None)
    return latest.id if latest else None
