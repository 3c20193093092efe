"""A scenario played once: one of its ways, in the voices of its people, at believable times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from iqs.conversations import Author, Customer, HelpdeskAgent, Message
from iqs.helpdesk.demo.scenarios import Line, Scenario, Way
from iqs.helpdesk.demo.voices import AgentVoice, CustomerVoice
from iqs.text import readable

# Seconds to the first answer, and between messages, by channel: (from, to).
_FIRST_ANSWER = {"chat": (15, 240), "email": (1_200, 24_000), "phone": (4, 60)}
_BETWEEN = {"chat": (20, 150), "email": (1_500, 16_000), "phone": (4, 25)}
_AT_ONCE = {"chat": (3, 25), "phone": (1, 4)}  # between the pieces of what one person says
_BOT = (1, 3)
_RINGS = (4, 50)  # until somebody picks up

_OPENS, _CLOSES = 8, 18
_SUNDAY = 6
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-ZÄÖÜ¿¡])")
_GREETED = re.compile(r"(Dear|Hi|Hey|Hello|Good|Guten|Hallo|Hola|Buenas)\b", re.IGNORECASE)
_GAP = re.compile(r"\{([a-z]+)\}")
_CHOICE = re.compile(r"\{([^{}|]*\|[^{}]*)\}")
_UNSPOKEN = re.compile(" ?[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")


@dataclass(slots=True)
class Script:
    """One conversation about to happen: who takes part, and the way that it will go."""

    rng: Random
    scenario: Scenario
    way: Way
    channel: str
    agent: HelpdeskAgent
    customer: Customer
    voice: AgentVoice
    typing: CustomerVoice
    slowness: float
    opened_at: datetime

    def filled(self, line: str) -> str:
        """A line with this conversation's names, numbers and days, and one of its choices each."""
        facts = self._facts()
        text = _GAP.sub(lambda gap: facts.get(gap[1], gap[0]), line)
        return _CHOICE.sub(lambda choice: self.rng.choice(choice[1].split("|")), text)

    def played(self, *, before: datetime) -> list[Message]:
        """The messages, all before that instant."""
        written: list[Message] = []
        said = {Author.CUSTOMER: 0, Author.AGENT: 0}
        at = self.opened_at
        if self.way[0].author is Author.AGENT:
            at += timedelta(seconds=self.rng.randint(*_RINGS))
        for line in self.way:
            if line.optional and self.rng.random() < 0.5:
                continue
            count = said.get(line.author, 0)
            pieces = self._pieces(line, self._worded(line, count), count)
            for number, piece in enumerate(pieces):
                if written:
                    at = self._next(at, line.author, answered=said[Author.AGENT], goes_on=number > 0)
                written.append(self._message(line.author, piece, at))
            said[line.author] = count + 1
        return _hurried(written, before)

    def _facts(self) -> dict[str, str]:
        known = Random(int(self.opened_at.timestamp()))  # noqa: S311 - the same order number in every line
        return {
            "order": f"LK{known.randrange(400_000, 980_000)}",
            "number": str(known.randrange(10_000, 99_999)),
            "day": f"{self._days(-known.randrange(1, 6)):%A}",
            "later": _dated(self._days(known.randrange(2, 9))),
            "far": _dated(self._days(known.randrange(40, 70))),
            "customer": (self.customer.name or "").split()[0],
            "surname": (self.customer.name or "").split()[-1],
            "email": self.customer.email or "",
            "agent": (self.agent.name or self.agent.id).split()[0],
        }

    def _worded(self, line: Line, count: int) -> str:
        text = self.filled(line.text)
        if line.author is Author.CUSTOMER:
            text = self._typed(self.typing.manner(text), count)
        elif line.author is Author.AGENT:
            text = self._in_voice(text, first=count == 0)
        return _UNSPOKEN.sub("", text) if self.channel == "phone" else text

    def _typed(self, text: str, count: int) -> str:
        if self.channel != "email" or self.scenario.language != "en":
            return text
        hello, bye = (self.filled(each) for each in (self.typing.hello, self.typing.bye))
        if count == 0:
            hello = "" if _GREETED.match(text) else hello
            return "\n\n".join(part for part in (hello, text, bye) if part)
        return f"{text}\n\n{bye}" if bye and self.rng.random() < 0.3 else text

    def _in_voice(self, text: str, *, first: bool) -> str:
        voice = self.voice
        if self.channel == "email":
            hello, bye = (voice.hello, voice.bye) if first else (voice.again, voice.short)
            return "\n\n".join(part for part in (self.filled(hello), text, self.filled(bye)) if part)
        if first and self.channel == "chat" and not _GREETED.match(text):
            return f"{self.filled(voice.chat_hello)} {text}".strip()
        return text

    def _pieces(self, line: Line, text: str, count: int) -> list[str]:
        """What is said at once; in a chat or call often sentence by sentence; in a chat agents ask for patience."""
        if self.channel == "email" or line.author not in {Author.CUSTOMER, Author.AGENT}:
            return [text]
        apart = self.typing.apart if line.author is Author.CUSTOMER else self.voice.apart
        pieces = _SENTENCE.split(text) if self.rng.random() < apart else [text]
        if line.author is Author.AGENT and self.channel == "chat" and count > 0 and self.rng.random() < 0.15:
            pieces.insert(0, self.rng.choice(self.voice.pauses))
        return pieces

    def _next(self, at: datetime, author: Author, *, answered: int, goes_on: bool) -> datetime:
        first = author is Author.AGENT and not answered
        low, high = (_AT_ONCE if goes_on else _FIRST_ANSWER if first else _BETWEEN)[self.channel]
        if author is Author.BOT:
            low, high = _BOT
        at += timedelta(seconds=int(self.rng.uniform(low, high) * (self.slowness if first else 1)) + 1)
        if self.channel == "email" and author in {Author.AGENT, Author.NOTE}:
            return working(at, self.rng)
        return at

    def _message(self, author: Author, text: str, at: datetime) -> Message:
        ids = {Author.CUSTOMER: self.customer.id, Author.BOT: "bean"}
        return Message(author, readable(text), at, ids.get(author, self.agent.id))

    def _days(self, count: int) -> datetime:
        return self.opened_at + timedelta(days=count)


def working(at: datetime, rng: Random) -> datetime:
    """The instant itself in the team's hours (UTC, Monday to Saturday), else some minute after they open next."""
    if at.weekday() != _SUNDAY and _OPENS <= at.hour < _CLOSES:
        return at
    morning = at.replace(hour=_OPENS, minute=rng.randrange(60), second=rng.randrange(60))
    if at.hour >= _CLOSES:
        morning += timedelta(days=1)
    return morning + timedelta(days=1) if morning.weekday() == _SUNDAY else morning


def _dated(day: datetime) -> str:
    return f"{day.day} {day:%B}"


def _hurried(messages: Sequence[Message], before: datetime) -> list[Message]:
    """The same messages, faster where the last one would come too late."""
    opened, ended = messages[0].at, messages[-1].at
    if opened is None or ended is None or ended < before:
        return list(messages)
    pace = (before - opened) * 0.9 / (ended - opened)
    hurried = (opened + ((each.at or opened) - opened) * pace for each in messages)
    return [replace(each, at=at.replace(microsecond=0)) for each, at in zip(messages, hurried, strict=True)]
