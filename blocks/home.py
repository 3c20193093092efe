"""The App Home: what waits for me, how my work was seen, what the bot does."""

from blocks import absence, draw, figures, kit, levels, me, operations, work
from blocks.help import about
from blocks.ids import ActionId
from blocks.kit import Block, Element, View
from blocks.text import fit, masked
from iqs import headlines, streams
from iqs.assignments import Waiting
from iqs.people import Role
from iqs.reports import Home, TeamReport
from iqs.reviews import ReviewKind, Stream

WAITING = 20
TEAMS = 12
TIMES = {"draw": "Next conversations are drawn", "digest": "Next digest", "monthly": "Next monthly digest"}


def view(home: Home) -> View:
    """The Home tab of one person."""
    blocks = [*_waiting(home), *_own(home), *_led(home), *draw.section(home.draws)]
    blocks += operations.section(home.operations)
    blocks += absence.section(home)
    coming = _times(home)
    if coming:
        blocks += [kit.header("Coming up"), kit.rich_text(*coming)]
    blocks += [kit.header("About IQS"), kit.rich_text(*about())]
    return kit.home(blocks)


def _waiting(home: Home) -> list[Block]:
    reviews = bool(home.person.teams(Role.REVIEWER, Role.LEAD)) or home.person.is_admin
    if not home.waiting:
        if not reviews:
            return []
        return [
            kit.header("Waiting for you"),
            kit.section("Nothing waits for you. New conversations come by message."),
        ]
    blocks = [kit.header(f"Waiting for you: {figures.count(len(home.waiting), 'review')}")]
    if home.drafts:
        blocks.append(
            kit.context(f"{figures.count(home.drafts, 'draft')} begun; everything you clicked is saved.")
        )
    blocks += [_line(each) for each in home.waiting[:WAITING]]
    if len(home.waiting) > WAITING:
        more = len(home.waiting) - WAITING
        blocks.append(kit.context(f"and {more} more; they move up as you finish these."))
    return blocks


def _line(waiting: Waiting) -> Block:
    subject = waiting.subject.strip() if waiting.subject else ""
    whose = "Your own view" if waiting.kind is ReviewKind.SELF else fit(waiting.reviewee_name, 80)
    told = f"{whose} · {fit(waiting.channel, 40)}"
    if subject:
        told += f"\n{fit(masked(subject), 120)}"
    rated = f"{waiting.rated} of {waiting.categories} rated"
    if waiting.picked:
        rated = f"{streams.STREAMS[Stream.TARGETED]} · {rated}"
    due = waiting.due_at
    state = kit.fixed(rated) if due is None else kit.fixed(rated, " · due ", due)
    button = kit.button(
        "Continue" if waiting.rated else "Open",
        ActionId.READ,
        waiting.assignment_id,
        label=f"Open the conversation of {fit(waiting.reviewee_name, 40)}",
    )
    return {
        "type": "section",
        "fields": [kit.plain(told, 400), state],
        "accessory": button,
    }


def _own(home: Home) -> list[Block]:
    report = home.personal
    if report is None:
        return []
    blocks = [kit.header("How your work was seen"), kit.rich_text(*me.summary(headlines.judged(report)))]
    return [*blocks, *levels.recent(report.recent)]


def _led(home: Home) -> list[Block]:
    if not home.led:
        return []
    blocks = [kit.header("Your teams" if len(home.led) > 1 else "Your team")]
    for place, report in enumerate(home.led[:TEAMS]):
        opens = kit.actions(f"work.{place}", [work.button(report.team.id, report.team.name)])
        blocks += [_team(report), opens]
    if len(home.led) > TEAMS:
        blocks.append(
            kit.context(f"and {len(home.led) - TEAMS} more teams: ask for one with /iqs team and its name.")
        )
    return [*blocks, kit.context(kit.fixed("Categories, agents and reviewers: `/iqs team`"))]


def _team(report: TeamReport) -> Block:
    report = headlines.judged(report)
    title = f"{fit(report.team.name, 80)}, {fit(report.period.label, 60)}"
    return kit.rich_text(
        kit.line(kit.bold(title)),
        *levels.headline(report),
        *levels.trend(report.trend),
        *levels.moved(report.categories),
    )


def _times(home: Home) -> list[Element]:
    return [
        kit.line(kit.words(f"{TIMES.get(name, name)}: ", 100), kit.date(at))
        for name, at in list(home.next_times.items())[:10]
    ]
