"""Settings: the only reader of the environment. Whatever is missing or wrong is named all at once."""

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.helpdesks import (
    FreshdeskSettings,
    FrontSettings,
    GorgiasSettings,
    HelpdeskSettings,
    HelpScoutSettings,
    HubSpotSettings,
    IntercomSettings,
    ZendeskSettings,
)
from iqs.errors import Invalid

SLACK_API = "https://slack.com/api/"

SOCKETS = 10
"""Socket Mode connections that Slack allows an app, over all its processes."""


class Need(StrEnum):
    """What a command cannot work without."""

    BOT_TOKEN = "slack_bot_token"  # noqa: S105 - the name of a setting
    APP_TOKEN = "slack_app_token"  # noqa: S105 - the name of a setting
    SIGNING_SECRET = "slack_signing_secret"  # noqa: S105 - the name of a setting


WHERE = {
    Need.BOT_TOKEN: "the bot token (xoxb-…) from your app's page, OAuth & Permissions",
    Need.APP_TOKEN: "an app-level token (xapp-…) with connections:write, from Basic Information",
    Need.SIGNING_SECRET: "the signing secret from your app's page, Basic Information",
}
PREFIX = {Need.BOT_TOKEN: "xoxb-", Need.APP_TOKEN: "xapp-"}


class _Files(PydanticBaseSettingsSource):
    """Reads NAME_FILE where NAME is not set: the way container platforms hand over secrets."""

    def __init__(self, cls: type[BaseSettings], others: tuple[PydanticBaseSettingsSource, ...]) -> None:
        super().__init__(cls)
        self.known: dict[str, str] = {}
        for other in reversed(others):
            seen = getattr(other, "env_vars", {})
            self.known |= {name.lower(): value for name, value in seen.items() if value}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, HelpdeskSettings):
            read = {name: self._read(f"{field_name}_{name}") for name in nested.model_fields}
            return {name: value for name, value in read.items() if value is not None}, field_name, True
        return self._read(field_name), field_name, False

    def _read(self, name: str) -> str | None:
        path = self.known.get(f"{name}_file")
        if path is None:
            return None
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise Invalid(
                f"{name.upper()}_FILE names a file that cannot be read ({type(error).__name__})."
            ) from None

    def __call__(self) -> dict[str, Any]:
        read = {
            name: self.get_field_value(info, name)[0] for name, info in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in read.items() if value is not None}


class Settings(BaseSettings):
    """The settings of one process. Secrets never show in a repr."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        env_nested_delimiter="_",  # INTERCOM_TOKEN is intercom.token
        env_nested_max_split=1,
    )

    database_url: SecretStr = SecretStr("sqlite:///iqs.db")
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API
    socket_connections: int = Field(default=2, ge=1, le=SOCKETS)
    port: int = Field(default=3000, ge=1, le=65535)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    heartbeat_url: SecretStr | None = None
    excerpt_in_messages: bool = True
    redaction: Literal["patterns", "ner"] = "patterns"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    intercom: IntercomSettings = IntercomSettings()
    zendesk: ZendeskSettings = ZendeskSettings()
    helpscout: HelpScoutSettings = HelpScoutSettings()
    hubspot: HubSpotSettings = HubSpotSettings()
    front: FrontSettings = FrontSettings()
    freshdesk: FreshdeskSettings = FreshdeskSettings()
    gorgias: GorgiasSettings = GorgiasSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - NAME_FILE does this
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = _Files(settings_cls, (env_settings, dotenv_settings))
        return init_settings, env_settings, dotenv_settings, files

    @field_validator("slack_api_url")
    @classmethod
    def _https_unless_here(cls, value: str) -> str:
        parts = urlsplit(value)
        if not parts.hostname or parts.scheme not in {"http", "https"}:
            raise ValueError("must be an https:// address")
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise ValueError("must begin with https:// (http:// is only for a sandbox on this machine)")
        return value if value.endswith("/") else value + "/"

    @field_validator("heartbeat_url")
    @classmethod
    def _https(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        parts = urlsplit(value.get_secret_value().strip())
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("must be an https:// address")  # never with the address itself: it is a secret
        return SecretStr(value.get_secret_value().strip())

    @field_validator("slack_bot_token", "slack_app_token", "slack_signing_secret", mode="after")
    @classmethod
    def _plain_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        text = value.get_secret_value().strip()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("has characters that no token has; copy it again")
        return SecretStr(text) if text else None

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    def problems(self, *needs: Need) -> list[str]:
        """A sentence for each needed setting that is missing or does not look like itself."""
        found = []
        for need in needs:
            secret: SecretStr | None = getattr(self, need)
            if secret is None:
                found.append(f"{need.upper()} is missing: {WHERE[need]}.")
            elif not secret.get_secret_value().startswith(PREFIX.get(need, "")):
                found.append(
                    f"{need.upper()} does not begin with {PREFIX[need]}: it should be {WHERE[need]}."
                )
        return found

    @property
    def helpdesks(self) -> dict[str, HelpdeskSettings]:
        """The settings of each helpdesk we know, by its name."""
        return {name: value for name, value in self if isinstance(value, HelpdeskSettings)}

    @property
    def url(self) -> str:
        """The database's address, password included: for the store only."""
        return self.database_url.get_secret_value()


def load(*needs: Need, **given: Any) -> Settings:
    """Reads the environment, `.env` and NAME_FILE; `given` overrides.

    Raises `Invalid` whose `problems` name every missing or wrong value at once.
    """
    problems: list[str] = []
    try:
        settings = Settings(**given)
    except ValidationError as error:
        problems = [_sentence(each["loc"], each["msg"]) for each in error.errors(include_input=False)]
        wrong = {str(each["loc"][0]) for each in error.errors(include_input=False) if each["loc"]}
        # The wrong ones aside, the rest is looked at too: one run names everything.
        fallback = {name: Settings.model_fields[name].get_default() for name in wrong}
        settings = Settings(**{**given, **fallback})
        needs = tuple(need for need in needs if need not in wrong)
    problems += settings.problems(*needs)
    if problems:
        raise Invalid(
            "Some settings are missing or wrong. "
            + " ".join(problems)
            + " Set them in the environment or in .env.",
            problems=tuple(problems),
        )
    return settings


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    name = "_".join(str(each) for each in place).upper() or "A setting"
    reason = message.removeprefix("Value error, ").removeprefix("Input ").partition(", unable to parse")[0]
    return f"{name} {reason[0].lower()}{reason[1:]}."


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
