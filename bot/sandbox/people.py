"""The people and channels of the workspace, as Slack tells apps about them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836")


@dataclass
class SandboxUser:
    """A member of the workspace. A `team_id` of another workspace makes a stranger."""

    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    tz: str = "UTC"
    is_bot: bool = False
    is_restricted: bool = False
    deleted: bool = False
    team_id: str = ""

    @property
    def color(self) -> str:
        """The colour of this person's picture, always the same."""
        return COLORS[sum(self.id.encode()) % len(COLORS)]

    def as_slack(self, now: datetime, home_team: str, *, with_email: bool) -> dict[str, Any]:
        """The user object of users.info; the address only for apps with users:read.email."""
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        profile: dict[str, Any] = {
            "title": self.title,
            "phone": "",
            "skype": "",
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "status_text": "",
            "status_emoji": "",
            "team": self.team_id,
        }
        if with_email and self.email and not self.is_bot:
            profile["email"] = self.email
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "color": self.color,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 0,
        }
        if self.team_id != home_team:
            user["is_stranger"] = True
        return user


@dataclass
class SandboxChannel:
    """A public or private channel."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_archived: bool = False
    has_bot: bool = True
