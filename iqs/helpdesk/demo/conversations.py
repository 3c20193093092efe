"""The invented conversations themselves: what was written, how long it took and how content they were. Seeded."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from iqs.conversations import Author, Basis, Conversation, Customer, HelpdeskAgent, Message, SurveyAnswer
from iqs.helpdesk.demo.casting import Part, parts
from iqs.helpdesk.demo.scenarios import Level, Line, Way, customer_names, handovers
from iqs.helpdesk.demo.script import Script, working
from iqs.helpdesk.demo.story import Quality, story
from iqs.helpdesk.demo.voices import agent_voice, customer_voice
from iqs.text import one_line

SOURCE = "demo"

FIRST_ID = 10_400
ANSWERED_SURVEYS = 0.42
WITH_BOT = 0.3
"""How often a chat begins with the bot."""

SUBJECT_LENGTH = 60
A_WORD = 18
"""Letters of what somebody tells a bot before they say what it is about."""

PICKED_UP = (
    Line(
        Author.AGENT, "Larkfield{|, good day}, {agent}{| speaking}. {How can I help?|What can I do for you?}"
    ),
)

_FELT = {Level.GOOD: 4.7, Level.FAIR: 3.4, Level.POOR: 1.9}
_SLOWNESS = {Level.GOOD: 0.8, Level.FAIR: 1.0, Level.POOR: 1.3}
_ATTENTION = {"chat": (60, 140), "email": (150, 420), "phone": (25, 60)}  # seconds of work for an answer


def demo_conversations(
    *,
    seed: int,
    agents: Sequence[HelpdeskAgent],
    start: datetime,
    weeks: int,
    count: int,
    quality: Quality | None = None,
) -> Iterator[Conversation]:
    """`count` closed conversations of these agents, opened from `start` on over `weeks` weeks, oldest first.

    All are closed before the weeks end. `quality` decides how well an agent answers in a week (default: `story`);
    `told` says of a conversation how it went. The same arguments give the same conversations. ValueError without
    agents or weeks.
    """
    if not agents or weeks < 1:
        raise ValueError("Conversations need at least one agent and one week.")
    rng = Random(seed)  # noqa: S311 - invented data, reproducible on purpose
    end = start + timedelta(weeks=weeks)
    for number, part in enumerate(parts(rng, agents, start, weeks, count, quality or story(agents, weeks))):
        own = Random(f"{seed} {number}")  # noqa: S311 - as above
        yield _conversation(own, f"LK-{FIRST_ID + number}", part, agents[part.position], end)


def _conversation(
    rng: Random, external_id: str, part: Part, agent: HelpdeskAgent, end: datetime
) -> Conversation:
    scenario, customer = part.scenario, _customer(rng)
    script = Script(
        rng=rng,
        scenario=scenario,
        way=(*_greeting(rng, part), *part.way),
        channel=part.channel,
        agent=agent,
        customer=customer,
        voice=agent_voice(part.position, scenario.language),
        typing=customer_voice(rng, scenario.mood),
        slowness=_SLOWNESS[part.level],
        opened_at=part.opened_at,
    )
    messages = script.played(before=end)
    return Conversation(
        source=SOURCE,
        external_id=external_id,
        channel=part.channel,
        messages=tuple(messages),
        subject=_subject(rng, script, messages),
        url=f"https://help.larkfield.example/conversations/{external_id}",
        opened_at=part.opened_at,
        closed_at=_closed(rng, messages[-1].at or part.opened_at, part.channel, end),
        agent=agent,
        customer=customer,
        csat=_csat(rng, part),
        first_response_seconds=_waited(messages, part.opened_at),
        first_response_basis=Basis.COMPUTED,
        handle_seconds=_handled(rng, messages, part.channel),
        handle_basis=Basis.CALENDAR,
        tags=scenario.tags,
        language=scenario.language,
    )


def _greeting(rng: Random, part: Part) -> Way:
    """What is said before the scenario begins: a call is answered, a chat may begin with the bot."""
    if part.channel == "phone":
        return PICKED_UP
    chat = part.channel == "chat" and part.scenario.language == "en"
    with_bot = chat and part.way[0].author is Author.CUSTOMER and rng.random() < WITH_BOT
    return rng.choice(handovers()) if with_bot else ()


def _subject(rng: Random, script: Script, messages: Sequence[Message]) -> str:
    """The customer's own for a mail or call, the one that fits their first words best; a chat shows those words."""
    texts = [each.text for each in messages if each.author is Author.CUSTOMER]
    to_bot = messages[0].author is Author.BOT and len(texts) > 1 and len(texts[0]) <= A_WORD
    said = texts[1] if to_bot else texts[0]
    if script.channel == "chat":
        return one_line(said, SUBJECT_LENGTH)
    offered = [script.filled(each) for each in script.scenario.subject]
    rng.shuffle(offered)
    words = _words(said)
    return max(offered, key=lambda subject: len(words & _words(subject)))


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) >= 4}


def _customer(rng: Random) -> Customer:
    first, last = (rng.choice(each) for each in customer_names())
    number = rng.randrange(10_000, 99_999)
    host = rng.choice(("example.com", "example.org", "example.net"))
    return Customer(f"c{number}", f"{first} {last}", f"{first}.{last}{number % 100}@{host}".lower())


def _closed(rng: Random, ended: datetime, channel: str, end: datetime) -> datetime:
    """Soon after the last message, in the team's hours, and before the end."""
    later = ended + timedelta(seconds=rng.randrange(60, 3_600 if channel == "email" else 420))
    last = max(ended, end - timedelta(seconds=1))
    return min(working(later, rng), last)


def _waited(messages: Sequence[Message], opened_at: datetime) -> int | None:
    first = next((each.at for each in messages if each.author is Author.AGENT), None)
    return None if first is None else int((first - opened_at).total_seconds())


def _handled(rng: Random, messages: Sequence[Message], channel: str) -> int:
    """Seconds of work: for each answer by the channel, and more for a longer one."""
    low, high = _ATTENTION[channel]
    written = [each for each in messages if each.author in {Author.AGENT, Author.NOTE}]
    return sum(rng.randrange(low, high) + len(each.text) // 8 for each in written)


def _csat(rng: Random, part: Part) -> SurveyAnswer | None:
    """Less than half answer; those who do mostly say what they lived through."""
    if rng.random() > ANSWERED_SURVEYS:
        return None
    felt = _FELT[part.level] + rng.gauss(0, 0.6) - (0.6 if part.scenario.mood == "angry" else 0)
    return SurveyAnswer(Fraction(max(1, min(5, round(felt)))), Fraction(1), Fraction(5))
