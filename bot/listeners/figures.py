"""`/iqs me`, `team`, `category`, `agent` and `explain`: the figures of a period, each as its reader may see it."""

from blocks import agent as person_card
from blocks import category as category_card
from blocks import explain as arithmetic
from blocks import me as own
from blocks import team as team_card
from blocks.kit import Message
from bot.listeners import asked
from bot.listeners.asked import Asked
from bot.listeners.wiring import Wiring
from iqs.errors import Invalid
from iqs.people import Role
from iqs.services import examining, reporting

WHOM = "Say who, as in “/iqs agent @name”, or write their name or e-mail address."


def me(wiring: Wiring, question: Asked) -> Message:
    """`/iqs me [period]`: one's own work."""
    now = wiring.now()
    span = asked.period(question.words, reporting.zone(wiring.store, question.actor), now)
    return own.message(reporting.personal_report(wiring.store, question.actor, now=now, period=span))


def team(wiring: Wiring, question: Asked) -> Message:
    """`/iqs team [name] [period]`: a team's figures."""
    now, actor = wiring.now(), question.actor
    found, words = asked.team_and_period(wiring, question.actor, question.words, usage="/iqs team")
    span = asked.period(words, found.timezone, now, found.week_start)
    report = reporting.team_report(wiring.store, actor, found.id, now=now, period=span)
    return team_card.message(report, reads=examining.reads(actor, found))


def category(wiring: Wiring, question: Asked) -> Message:
    """`/iqs category NAME [in TEAM] [period]`: one rating category."""
    now, actor = wiring.now(), question.actor
    known = examining.rated(wiring.store, actor)
    names, text, named = [each.name for each in known], question.words, None
    if text.casefold() not in {each.casefold() for each in names}:
        text, named = asked.in_team(text, {each.team.id: each.team for each in known}.values())
    zone = named.timezone if named else known[0].team.timezone if known else "UTC"
    name, words = asked.split(text, names, zone, now)
    mine = {each.id for each in ([named] if named else asked.led(wiring, actor))}
    wanted = examining.chosen([each for each in known if each.team.id in mine] or known, name)
    span = asked.period(words, wanted.team.timezone, now, wanted.team.week_start)
    return category_card.message(examining.category_card(wiring.store, actor, wanted, now=now, period=span))


def agent(wiring: Wiring, question: Asked) -> Message:
    """`/iqs agent @x [in TEAM] [period]`: one person's work."""
    now, actor, store = wiring.now(), question.actor, wiring.store
    every = asked.teams(wiring, actor, *Role)
    mentioned, text = asked.mention(question.rest)
    text, named = asked.in_team(text, every)
    local = named or (every[0] if every else None)
    zone, week_start = (local.timezone, local.week_start) if local else ("UTC", 0)
    name, words = "", text
    if mentioned is None:
        name, found = asked.split(text, examining.names_in_sight(store, actor), zone, now)
        words = found or ""
        if not name:
            raise Invalid(WHOM)
    card = examining.agent_card(
        store,
        actor,
        now=now,
        mentioned=mentioned,
        named=name,
        team_id=named.id if named else None,
        period=asked.period(words, zone, now, week_start),
    )
    where = card.team.name if card.team else None
    if not card.report.iqs.n and not card.report.recent:
        return person_card.nothing(card.report, where)
    return person_card.message(card.report, team=where, also=card.also, reads=card.reads)


def explain(wiring: Wiring, question: Asked) -> Message:
    """`/iqs explain [review]`: the arithmetic of one score."""
    return arithmetic.message(
        examining.explained(wiring.store, question.actor, question.words, now=wiring.now())
    )
