"""People from CSV: `team,email,name,roles,slack_user_id,helpdesk_id,capacity`, one line a person and team."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from iqs.enrolment import NO_LIMIT, PersonRow, Rejected
from iqs.errors import Invalid
from iqs.files import spreadsheets
from iqs.people import MOST_CAPACITY, Role
from iqs.text import one_line

REQUIRED = ("team", "email", "name", "roles")
OPTIONAL = ("slack_user_id", "helpdesk_id", "capacity")
COLUMNS = REQUIRED + OPTIONAL

LONGEST = {"team": 200, "name": 200, "email": 254, "slack_user_id": 40, "helpdesk_id": 200}
"""Characters; 254 is the longest address that mail can reach (RFC 5321)."""

_ADDRESS = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s,;<>()\".]+")
_USER = re.compile(r"[UW][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What a file says, and the lines that cannot be used with the reason of each."""

    rows: tuple[PersonRow, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def read_people(text: str) -> PeopleFile:
    """Reads the file as spreadsheets write it: columns in any order and case, split by comma, `;` or tab.

    A byte order mark, Windows line ends, empty lines, further columns and blanks around values do no harm.
    E-mail addresses come back in lower case. Raises `Invalid` when the first line does not name the columns.
    """
    lines = spreadsheets.records(text)
    _, header = next(lines, (1, []))
    places = spreadsheets.columns(header, REQUIRED, OPTIONAL)
    rows: list[PersonRow] = []
    rejected: list[Rejected] = []
    for number, cells in lines:
        try:
            rows.append(_row(number, cells, places))
        except Invalid as error:
            rejected.append((number, str(error)))
    return PeopleFile(tuple(rows), tuple(rejected))


def _row(number: int, cells: Sequence[str], places: dict[str, int]) -> PersonRow:
    short = [column for column in REQUIRED if places[column] >= len(cells)]
    if short:
        raise Invalid(f"the line is too short: {', '.join(short)} missing")
    value = {
        column: one_line(cells[place], LONGEST.get(column, 200) + 1) if place < len(cells) else ""
        for column, place in places.items()
    }
    for column, longest in LONGEST.items():
        if len(value.get(column, "")) > longest:
            raise Invalid(f"{column} is longer than {longest} characters")
    for column in ("team", "email", "name"):
        if not value[column]:
            raise Invalid(f"{column} is empty")
    slack_user_id = value.get("slack_user_id", "").upper()
    if slack_user_id and not _USER.fullmatch(slack_user_id):
        raise Invalid(
            "slack_user_id is no member ID such as U012AB3CD (in Slack: profile, ⋮, Copy member ID)"
        )
    email = value["email"].removeprefix("mailto:").lower()
    if not _ADDRESS.fullmatch(email):
        raise Invalid("email is not an address such as ada@example.com")
    roles = _roles(value["roles"])
    return PersonRow(
        line=number,
        team=value["team"],
        email=email,
        name=value["name"],
        roles=roles,
        slack_user_id=slack_user_id or None,
        helpdesk_id=value.get("helpdesk_id") or None,
        capacity=_capacity(value.get("capacity", ""), roles),
    )


def _capacity(word: str, roles: frozenset[Role]) -> int | None:
    if not word:
        return None
    if Role.REVIEWER not in roles:
        raise Invalid("capacity is a reviewer's; leave it empty here, or add the role reviewer")
    if word.lower() == "none":
        return NO_LIMIT
    if not (word.isascii() and word.isdecimal() and len(word) <= 5 and int(word) <= MOST_CAPACITY):
        raise Invalid(f"capacity is 0 to {MOST_CAPACITY} conversations a cycle, or none for no limit")
    return int(word)


def _roles(words: str) -> frozenset[Role]:
    listed = words.lower().replace(",", " ").replace(";", " ").split()
    unknown = [word for word in listed if word not in list(Role)]
    if unknown:
        raise Invalid(f"there is no role “{unknown[0]}”; roles are {', '.join(Role)}, separated by spaces")
    return frozenset(Role(word) for word in listed)
