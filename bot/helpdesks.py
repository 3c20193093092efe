"""The helpdesks that are connected: what each needs to be told, and how it is opened. Read by `bot.config`.

A helpdesk is connected when its key is set; `…_BASE_URL` is for a stand-in on this machine. The connectors are
imported when they are opened, so that a command without a helpdesk does not pay for them.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from iqs.conversations import Basis
from iqs.errors import Invalid
from iqs.helpdesk.base import Helpdesk

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


class HelpdeskSettings(BaseModel):
    """One helpdesk's settings; none is set: it is not connected."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    link: str | None = None
    base_url: str | None = None

    @field_validator("*", mode="after")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if not isinstance(value, SecretStr):
            return value
        text = value.get_secret_value().strip()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("has characters that no key has; copy it again")
        return SecretStr(text) if text else None

    @field_validator("subdomain", mode="after", check_fields=False)
    @classmethod
    def _first_part(cls, value: str | None) -> str | None:
        if not value or _SUBDOMAIN.fullmatch(value):
            return value or None
        raise ValueError("must be the first part of the address alone, such as acme of acme.zendesk.com")

    def connect(self, **settings: Any) -> Helpdesk | None:
        """The connector, None when it is not set up. Raises `Invalid` when something is missing beside the key."""
        raise NotImplementedError

    def _given(self, *names: str) -> dict[str, Any]:
        """Those of these settings that are set, `base_url` as `base`."""
        chosen = {name: getattr(self, name) for name in ("link", *names)} | {"base": self.base_url}
        return {name: value for name, value in chosen.items() if value is not None}


class IntercomSettings(HelpdeskSettings):
    """INTERCOM_TOKEN, and what may be set beside it."""

    token: SecretStr | None = None
    region: Literal["us", "eu", "au"] | None = None
    client_secret: SecretStr | None = None

    def connect(self, **settings: Any) -> Helpdesk | None:
        """An Intercom workspace."""
        if self.token is None:
            return None
        from iqs.helpdesk.intercom import Intercom  # noqa: PLC0415 - who connects it pays for it

        return Intercom(self.token, **self._given("region", "client_secret"), **settings)


class ZendeskSettings(HelpdeskSettings):
    """ZENDESK_SUBDOMAIN and ZENDESK_TOKEN; with ZENDESK_EMAIL it is an API token, without an OAuth token."""

    subdomain: str | None = None
    email: str | None = None
    token: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    hours: Literal[Basis.BUSINESS, Basis.CALENDAR] | None = None

    def connect(self, **settings: Any) -> Helpdesk | None:
        """A Zendesk account."""
        if self.token is None:
            return None
        if self.subdomain is None:
            raise Invalid("ZENDESK_SUBDOMAIN is missing: the first part of your Zendesk's address.")
        from iqs.helpdesk.zendesk import Zendesk  # noqa: PLC0415 - who connects it pays for it

        return Zendesk(
            self.subdomain, self.token, **self._given("email", "webhook_secret", "hours"), **settings
        )


class HelpScoutSettings(HelpdeskSettings):
    """HELPSCOUT_APP_ID and HELPSCOUT_APP_SECRET."""

    app_id: str | None = None
    app_secret: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    ratings: bool | None = None
    threads: str | None = None

    def connect(self, **settings: Any) -> Helpdesk | None:
        """A Help Scout account."""
        if self.app_secret is None:
            return None
        if self.app_id is None:
            raise Invalid("HELPSCOUT_APP_ID is missing: it stands beside the app's secret in Help Scout.")
        from iqs.helpdesk.helpscout import HelpScout  # noqa: PLC0415 - who connects it pays for it

        return HelpScout(
            self.app_id, self.app_secret, **self._given("webhook_secret", "ratings", "threads"), **settings
        )


class HubSpotSettings(HelpdeskSettings):
    """HUBSPOT_TOKEN, and what may be set beside it: scales as "1..5", names of properties as HubSpot spells them."""

    token: SecretStr | None = None
    client_secret: SecretStr | None = None
    portal: str | None = None
    surveys: bool | None = None
    conversations: str | None = None
    submissions: str | None = None
    rescan_days: int | None = Field(default=None, ge=0, le=365)
    csat_scale: str | None = None
    ces_scale: str | None = None
    kind_property: str | None = None
    value_property: str | None = None
    group_property: str | None = None
    time_property: str | None = None
    ticket_property: str | None = None

    @field_validator("csat_scale", "ces_scale")
    @classmethod
    def _lowest_to_highest(cls, value: str | None) -> str | None:
        if value is not None and _scale(value) is None:
            raise ValueError("must be the lowest and the highest answer, such as 1..5")
        return value

    def connect(self, **settings: Any) -> Helpdesk | None:
        """A HubSpot conversations inbox."""
        if self.token is None:
            return None
        from iqs.helpdesk.hubspot import Feedback, HubSpot  # noqa: PLC0415 - who connects it pays for it

        told: dict[str, Any] = {
            "kind": self.kind_property,
            "value": self.value_property,
            "group": self.group_property,
            "submitted_at": self.time_property,
            "ticket": self.ticket_property,
            "csat": _scale(self.csat_scale),
            "ces": _scale(self.ces_scale),
        }
        feedback = Feedback(**{name: value for name, value in told.items() if value is not None})
        rescan: dict[str, Any] = (
            {} if self.rescan_days is None else {"rescan": timedelta(days=self.rescan_days)}
        )
        given = self._given("client_secret", "portal", "surveys", "conversations", "submissions")
        return HubSpot(self.token, feedback=feedback, **given, **rescan, **settings)


class FrontSettings(HelpdeskSettings):
    """FRONT_TOKEN."""

    token: SecretStr | None = None

    def connect(self, **settings: Any) -> Helpdesk | None:
        """A company's shared inboxes in Front."""
        if self.token is None:
            return None
        from iqs.helpdesk.front import Front  # noqa: PLC0415 - who connects it pays for it

        return Front(self.token, **self._given(), **settings)


class FreshdeskSettings(HelpdeskSettings):
    """FRESHDESK_SUBDOMAIN and FRESHDESK_TOKEN, an agent's API key."""

    subdomain: str | None = None
    token: SecretStr | None = None
    ratings: bool | None = None

    def connect(self, **settings: Any) -> Helpdesk | None:
        """A Freshdesk account."""
        if self.token is None:
            return None
        if self.subdomain is None:
            raise Invalid("FRESHDESK_SUBDOMAIN is missing: the first part of your Freshdesk's address.")
        from iqs.helpdesk.freshdesk import Freshdesk  # noqa: PLC0415 - who connects it pays for it

        return Freshdesk(self.subdomain, self.token, **self._given("ratings"), **settings)


class GorgiasSettings(HelpdeskSettings):
    """GORGIAS_SUBDOMAIN, GORGIAS_EMAIL and GORGIAS_TOKEN, the API key of the user with that address."""

    subdomain: str | None = None
    email: str | None = None
    token: SecretStr | None = None

    def connect(self, **settings: Any) -> Helpdesk | None:
        """A Gorgias account."""
        if self.token is None:
            return None
        if self.subdomain is None:
            raise Invalid("GORGIAS_SUBDOMAIN is missing: the first part of your Gorgias' address.")
        if self.email is None:
            raise Invalid("GORGIAS_EMAIL is missing: it stands beside the API key in Gorgias.")
        from iqs.helpdesk.gorgias import Gorgias  # noqa: PLC0415 - who connects it pays for it

        return Gorgias(self.subdomain, self.token, email=self.email, **self._given(), **settings)


def _scale(text: str | None) -> tuple[int, int] | None:
    low, _, high = (text or "").partition("..")
    try:
        return (int(low), int(high)) if int(low) < int(high) else None
    except ValueError:
        return None


def connected(helpdesks: Mapping[str, HelpdeskSettings], **settings: Any) -> dict[str, Helpdesk]:
    """Each helpdesk that is set up, by its source. `settings` go to the connectors (`sleep`, `patience`).

    Raises `Invalid` when one of them lacks something.
    """
    opened = (each.connect(**settings) for each in helpdesks.values())
    return {each.source: each for each in opened if each is not None}
