"""`iqs people` and `iqs team`: who is who, and how their team works."""

import json
from datetime import time
from pathlib import Path
from typing import Any

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from bot.commands.scheduling import lines as scheduling_lines
from bot.commands.staffing import away, back, capacity
from iqs import streams
from iqs.errors import Invalid
from iqs.people import AfterDeadline, Cycle, QuotaOf, RevieweeRule, Team
from iqs.schedules import weekday_of
from iqs.services import configuring, enrolling, planning, scheduling

_REDACTION = {
    True: "From now on personal data is replaced by marks before text is stored. "
    "For what is stored already: iqs conversations redact",
    False: "Careful: from now on names, addresses, phone and card numbers of this team's customers are stored as they "
    "come, and reviewers read them. Excerpts in messages stay redacted.",
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.group(epilog=examples("iqs people import people.csv"))
def people() -> None:
    """Teams, people and roles."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_people(file: Path, *, as_json: bool) -> None:
    """Import teams and people from a CSV file.

    Columns: team,email,name,roles,slack_user_id,helpdesk_id,capacity. Roles (agent, reviewer, lead, admin, auditor)
    are separated by spaces; the last two columns may be empty, and one person may stand in several teams.
    Doing it again changes nothing.
    """
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    with opened_store() as store:
        done = enrolling.import_people(store, text)
        scheduling.ensure_schedules(store, now=now())
    counts = {"teams": done.teams, "new": done.new, "updated": done.updated, "unchanged": done.unchanged}
    if as_json:
        reasons = [{"line": line, "reason": reason} for line, reason in done.rejected]
        click.echo(json.dumps({**counts, "rejected": len(reasons), "reasons": reasons}, ensure_ascii=False))
    else:
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if name != "teams")
        click.echo(
            f"{told}, {len(done.rejected)} rejected, in {done.teams} {'team' if done.teams == 1 else 'teams'}."
        )
        for line, reason in done.rejected:
            click.echo(f"  line {line}: {reason}", err=True)


@click.group(epilog=examples("iqs team list"))
def team() -> None:
    """A team's settings: channel, time zone, hours, quota."""


@team.command("list")
def list_teams() -> None:
    """Print every team with its settings."""
    with opened_store() as store:
        for each in configuring.teams(store):
            days = " ".join(DAYS[day] for day in sorted(each.working_days)) or "none"
            click.echo(
                f"{each.name}: channel {each.channel_id or 'none yet'}, {each.timezone}, "
                f"{each.opens:%H:%M}–{each.closes:%H:%M} {days}, week from {DAYS[each.week_start]}, "
                f"{_cycle(each)}, reviewer's name {'shown' if each.shows_reviewer else 'hidden'}, "
                f"personal data {'redacted' if each.redacts else 'stored as it comes'}, "
                f"{'no goal' if each.goal is None else f'goal {each.goal} %'}, "
                f"people {'named' if each.names_people else 'not named'} in the digest, {_beside(each)}, "
                f"drawn from {' '.join(configuring.filters_of(store, each)) or 'all conversations'}"
            )


@team.command(
    "set", epilog=examples("iqs team set Support --channel C0123456789 --timezone Europe/Berlin --quota 4")
)
@click.argument("name")
@click.option("--channel", help='Slack channel id of the weekly digest, such as C0123456789; "" for none.')
@click.option("--timezone", help="IANA time zone, such as Europe/Berlin.")
@click.option("--quota", type=int, help="Conversations drawn for each agent (or reviewer) and cycle.")
@click.option(
    "--quota-of",
    type=click.Choice([each.value for each in QuotaOf]),
    help="Whose number the quota is: each reviewee's or each reviewer's, who then go round the agents.",
)
@click.option(
    "--cycle", type=click.Choice([each.value for each in Cycle]), help="How often the sample is drawn."
)
@click.option("--due-days", type=int, help="Days a reviewer has; work is due at the end of a working day.")
@click.option(
    "--after-deadline",
    type=click.Choice([each.value for each in AfterDeadline]),
    help="What becomes of open work then: it is carried over and called late, or it expires.",
)
@click.option("--week-start", help="The weekday on which weeks of reports and digests begin, by name.")
@click.option("--opens", help="Start of the working day, such as 09:00: nobody is written to before.")
@click.option("--closes", help="End of the working day, such as 18:00.")
@click.option("--days", help='Working days, such as "mon tue wed thu fri".')
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUES",
    help="What the sample is drawn from, several times for several filters, which replace those before: "
    "channel=email,chat · tag=a,b · without-tag=vip · language=en · csat=0..40 · messages=4.. · first-response=..2h · "
    "handle=5m.. · open-days=..14 · closed-days=..3 · bot=no · without-person=MAIL · without-conversation=demo:c1; "
    '"none" for all.',
)
@click.option(
    "--reviewee",
    type=click.Choice([each.replace("_", "-") for each in RevieweeRule]),
    help="Whose work a conversation is: its assignee's, the most active agent's, or who answered last.",
)
@click.option(
    "--targets",
    help='What is also picked on purpose, for coaching, such as "csat<=40,handle>2h,reopened,tag=escalated,max=5"; '
    '"none" for nothing. It never moves IQS.',
)
@click.option(
    "--double", "double_percent", type=int, help="Percent of the sample that two review unawares; 0 for none."
)
@click.option(
    "--self-reviews",
    type=click.Choice(["on", "off"]),
    help="Whether agents are asked for their own view of what is reviewed; off unless set.",
)
@click.option(
    "--hide-agent/--show-agent",
    default=None,
    help="Whether reviewers read whose work it is; leads always do.",
)
@click.option("--show-reviewer/--hide-reviewer", default=None, help="Whether agents read who reviewed them.")
@click.option(
    "--redact",
    type=click.Choice(["on", "off"]),
    help="Whether customers' personal data is replaced by marks before text is stored (on unless you say otherwise).",
)
@click.option("--goal", help='The IQS to reach, such as 85; "none" for no goal.')
@click.option(
    "--name-people",
    type=click.Choice(["on", "off"]),
    help="Whether the digest may name individuals; off unless set.",
)
def set_team(
    name: str,
    *,
    channel: str | None,
    timezone: str | None,
    quota: int | None,
    opens: str | None,
    closes: str | None,
    days: str | None,
    show_reviewer: bool | None,
    redact: str | None,
    goal: str | None,
    name_people: str | None,
    filters: tuple[str, ...],
    reviewee: str | None,
    targets: str | None,
    double_percent: int | None,
    self_reviews: str | None,
    hide_agent: bool | None,
    quota_of: str | None,
    cycle: str | None,
    due_days: int | None,
    after_deadline: str | None,
    week_start: str | None,
) -> None:
    """Change a team's settings; what is not named stays."""
    wanted: dict[str, Any] = {
        "channel_id": channel,
        "timezone": timezone,
        "quota": quota,
        "opens": _time("--opens", opens),
        "closes": _time("--closes", closes),
        "working_days": _days(days),
        "shows_reviewer": show_reviewer,
        "redacts": None if redact is None else redact == "on",
        "goal": _goal(goal),
        "names_people": None if name_people is None else name_people == "on",
        "filters": filters or None,
        "reviewee_rule": None if reviewee is None else RevieweeRule(reviewee.replace("-", "_")),
        "targets": None if targets is None else streams.read(targets),
        "double_percent": double_percent,
        "self_reviews": None if self_reviews is None else self_reviews == "on",
        "hides_agent": hide_agent,
        "quota_of": None if quota_of is None else QuotaOf(quota_of),
        "cycle": None if cycle is None else Cycle(cycle),
        "due_days": due_days,
        "after_deadline": None if after_deadline is None else AfterDeadline(after_deadline),
        "week_start": None if week_start is None else weekday_of(week_start),
    }
    given = {key: value for key, value in wanted.items() if value is not None}
    if not given:
        raise Invalid("Nothing to change was named. See: iqs team set --help")
    with opened_store() as store:
        changed = configuring.configure(store, None, name, now=now(), **given)
        moving = (timezone, cycle, week_start) != (None, None, None)
        moved = planning.planned(store, now=now(), team_name=name) if moving else []
    click.echo(f"{changed.name} is set.")
    if redact is not None:
        click.echo(_REDACTION[changed.redacts])
    for line in (line for each in moved for line in scheduling_lines(each)):
        click.echo(line)


def _beside(team: Team) -> str:
    """What stands beside the sample, and whether agents are hidden, in one phrase."""
    return (
        f"work is the {team.reviewee_rule.replace('_', '-')}'s, "
        f"picked for coaching: {streams.of(team.targets).words}, {team.double_percent} % reviewed twice, "
        f"self reviews {'on' if team.self_reviews else 'off'}, "
        f"agent's name {'hidden from reviewers' if team.hides_agent else 'shown'}"
    )


def _cycle(team: Team) -> str:
    """How the team draws, in one phrase."""
    whose = "agent" if team.quota_of is QuotaOf.REVIEWEE else "reviewer"
    then = "expires" if team.after_deadline is AfterDeadline.EXPIRE else "is carried over"
    return (
        f"{team.cycle}: {team.quota} conversations for each {whose}, "
        f"due in {team.due_days} {'day' if team.due_days == 1 else 'days'}, open work {then}"
    )


def _time(option: str, text: str | None) -> time | None:
    if text is None:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{option} is written like 09:00, not “{text}”.") from None


def _goal(text: str | None) -> int | None:
    if text is None:
        return None
    if text.strip().lower() in {"none", ""}:
        return configuring.NO_GOAL
    number = text.strip().removesuffix("%").strip()
    if not number.isascii() or not number.isdecimal() or len(number) > 3:
        raise Invalid(f"--goal is a whole number from 0 to 100, or “none”; not “{text}”.")
    return int(number)


def _days(text: str | None) -> frozenset[int] | None:
    if text is None:
        return None
    named = text.replace(",", " ").lower().split()
    unknown = [each for each in named if each[:3] not in DAYS]
    if unknown:
        raise Invalid(f"--days knows {' '.join(DAYS)}, not “{unknown[0]}”.")
    return frozenset(DAYS.index(each[:3]) for each in named)


people.add_command(away)
people.add_command(back)
team.add_command(capacity)
