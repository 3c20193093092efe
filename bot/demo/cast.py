"""The people of the demo: a fictional company's support team. Names, addresses and ids are invented."""

from dataclasses import dataclass

from bot.sandbox import SandboxChannel, SandboxUser

COMPANY = "Larkfield"
TEAM = "Support"
ZONE = "Europe/Dublin"
CHANNEL = "C0QUALITY"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the demo's workspace; without `roles` they are no part of the programme."""

    slack_id: str
    name: str
    title: str
    roles: str = ""
    helpdesk_id: str = ""
    guest: bool = False

    @property
    def first_name(self) -> str:
        """What people call them."""
        return self.name.split()[0]

    @property
    def email(self) -> str:
        """An address in a domain that can never exist (RFC 2606)."""
        return f"{self.first_name.lower()}@larkfield.example"


ROSA = Member("U0ROSA", "Rosa Delgado", "Quality reviewer", "reviewer")
JONAS = Member("U0JONAS", "Jonas Weber", "Quality reviewer", "reviewer")
PRIYA = Member("U0PRIYA", "Priya Raman", "Support agent, peer reviewer", "agent reviewer", "h-101")
AMIR = Member("U0AMIR", "Amir Haddad", "Support agent", "agent", "h-102")
BEA = Member("U0BEA", "Bea Lindqvist", "Support agent", "agent", "h-103")
CALLUM = Member("U0CALLUM", "Callum Byrne", "Support agent", "agent", "h-104")
DIEGO = Member("U0DIEGO", "Diego Santos", "Support agent", "agent", "h-105")
EWA = Member("U0EWA", "Ewa Kowalska", "Support agent", "agent", "h-106")
GRACE = Member("U0GRACE", "Grace Liu", "Support agent", "agent", "h-107")
FEMI = Member("U0FEMI", "Femi Adeyemi", "Support agent", "agent", "h-108")
LEILA = Member("U0LEILA", "Leila Novak", "Head of support", "lead admin")
SAM = Member("U0SAM", "Sam Porter", "Sales")
GINA = Member("U0GINA", "Gina Park", "Guest from the roastery", guest=True)

AGENTS = (PRIYA, AMIR, BEA, CALLUM, DIEGO, EWA, GRACE, FEMI)
"""The last one is the one who learns: see `iqs.helpdesk.demo.story`."""

REVIEWERS = (ROSA, JONAS, PRIYA)
PROGRAMME = (ROSA, *AGENTS, JONAS, LEILA)
"""Everybody with a role. Rosa comes first: the page opens as her."""

EVERYBODY = (*PROGRAMME, SAM, GINA)


def people_csv() -> str:
    """The team as `iqs people import` takes it."""
    head = "team,email,name,roles,slack_user_id,helpdesk_id\n"
    return head + "".join(
        f"{TEAM},{each.email},{each.name},{each.roles},{each.slack_id},{each.helpdesk_id}\n"
        for each in PROGRAMME
    )


def users() -> list[SandboxUser]:
    """The same people, and two outsiders, as members of the workspace."""
    return [
        SandboxUser(
            each.slack_id,
            each.first_name.lower(),
            each.name,
            title=each.title,
            email=each.email,
            tz=ZONE,
            is_restricted=each.guest,
        )
        for each in EVERYBODY
    ]


def channels() -> list[SandboxChannel]:
    """The team's own private channel, where the digest goes, and one for all."""
    return [
        SandboxChannel(CHANNEL, "support-quality", [each.slack_id for each in PROGRAMME], is_private=True),
        SandboxChannel("C0GENERAL", "general", [each.slack_id for each in EVERYBODY], has_bot=False),
    ]
