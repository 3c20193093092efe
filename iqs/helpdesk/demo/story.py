"""What happens in the invented team over the weeks, so that it can be read in the texts and found in the scores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from iqs.conversations import Author, Conversation, HelpdeskAgent
from iqs.helpdesk.demo.scenarios import Level, Scenario, Way, scenarios

TOPICS = ("solution", "tone", "knowledge", "process")
"""What a scenario's fair and poor answers fail in."""

Quality = Callable[[HelpdeskAgent, int, str], float]
"""(agent, week from 0, topic) → how often, 0–1, this agent answers well then."""

DIP_WEEKS = 5
DIP = 0.4
"""From the launch of the Larkfield Two in these last weeks on, nobody knows the products well."""

IMPROVING_FROM, IMPROVING_TO = 0.3, 0.92
_STEADY = (0.86, 0.74, 0.81, 0.68, 0.9, 0.78, 0.72, 0.84)
_OPENING = 40


def story(agents: Sequence[HelpdeskAgent], weeks: int) -> Quality:
    """The demo's story: product knowledge dips in the last weeks, and the last agent learns all the time."""
    steady = {agent.id: _STEADY[position % len(_STEADY)] for position, agent in enumerate(agents)}
    learner = agents[-1].id if len(agents) > 1 else None

    def quality(agent: HelpdeskAgent, week: int, topic: str) -> float:
        level = steady[agent.id]
        if agent.id == learner:
            level = IMPROVING_FROM + (IMPROVING_TO - IMPROVING_FROM) * week / max(1, weeks - 1)
        if topic == "knowledge" and launched(week, weeks):
            level -= DIP
        return max(0.0, min(1.0, level))

    return quality


def launched(week: int, weeks: int) -> bool:
    """Whether the Larkfield Two is on sale in this week (from 0) of all."""
    return week >= weeks - DIP_WEEKS


@dataclass(frozen=True, slots=True)
class Told:
    """What an invented conversation was: the scenario it follows, and how well the agent answered."""

    scenario: Scenario
    level: Level


def told(conversation: Conversation) -> Told:
    """Reads an invented conversation again: its tags tell the scenario, the agent's words the level.

    ValueError for a conversation that follows no scenario.
    """
    scenario = next((each for each in scenarios() if each.tags == conversation.tags), None)
    if scenario is None:
        raise ValueError(f"{conversation.key} is none of the demo's conversations.")
    said = _plain(" ".join(each.text for each in conversation.messages if each.author is Author.AGENT))
    levels = ((_share(way, said), level) for level, ways in scenario.ways.items() for way in ways)
    return Told(scenario, max(levels, key=lambda found: found[0])[1])


def _share(way: Way, said: str) -> float:
    """The share of a way's lines by the agent that were said, known by their beginnings up to the first gap."""
    lines = [_plain(line.text.split("{")[0][:_OPENING]) for line in way if line.author is Author.AGENT]
    known = [line for line in lines if line]
    return sum(line in said for line in known) / len(known) if known else 0.0


def _plain(text: str) -> str:
    return " ".join(text.split())
