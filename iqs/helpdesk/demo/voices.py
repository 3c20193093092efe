"""How people write: each agent keeps a way of greeting and closing, each customer a way of typing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class AgentVoice:
    """An agent's habits: a mail's first greeting and close, those of later mails, a chat's greeting, and pauses.

    `apart` is how often, 0–1, what they say in a chat comes sentence by sentence.
    """

    hello: str
    bye: str
    again: str
    short: str
    chat_hello: str
    pauses: tuple[str, ...]
    apart: float = 0.2


@dataclass(frozen=True, slots=True)
class CustomerVoice:
    """A customer's habits: a greeting and a close for mails, a manner of typing; `apart` as an agent's."""

    hello: str
    bye: str
    manner: Callable[[str], str]
    apart: float


AGENT_VOICES = (
    AgentVoice(
        "Hi {customer},",
        "Best,\n{agent}",
        "",
        "{agent}",
        "Hi {customer}!",
        ("Give me a second, I'm looking.", "One moment ☕", "Let me check that."),
    ),
    AgentVoice(
        "Dear {customer},",
        "Kind regards,\n{agent}\nLarkfield Customer Care",
        "Dear {customer},",
        "Kind regards,\n{agent}",
        "Good day, {customer}.",
        (
            "One moment please, I am checking this for you.",
            "Thank you for waiting, I have it in front of me now.",
        ),
        apart=0.05,
    ),
    AgentVoice("Hello {customer},", "{agent}", "", "", "", ("Checking.", "Moment."), apart=0.4),
    AgentVoice(
        "Hey {customer} 👋",
        "Cheers, {agent}",
        "",
        "Cheers",
        "Hey {customer} 👋 {agent} here.",
        ("Ooh, let me look that up!", "Bear with me, almost there 🙂"),
        apart=0.6,
    ),
    AgentVoice(
        "Hello {customer}, and thank you for your message.",
        "If anything is left open, just answer this mail.\n{agent} from Larkfield",
        "Hello {customer},",
        "{agent} from Larkfield",
        "Hello {customer}, nice to meet you here.",
        (
            "I'll be right back with you, I only need to look into the order.",
            "Still here, the system is a bit slow today.",
        ),
    ),
    AgentVoice(
        "{customer},",
        "Regards\n{agent}",
        "",
        "Regards\n{agent}",
        "Hello.",
        ("Please hold on.", "I'm checking with the warehouse."),
    ),
    AgentVoice(
        "Hi {customer}, good to hear from you.",
        "Have a good day!\n{agent}",
        "",
        "{agent}",
        "Hello {customer}, thanks for getting in touch.",
        ("Let me have a quick look.", "Thanks for waiting!"),
        apart=0.3,
    ),
    AgentVoice("Hi,", "– {agent}", "", "– {agent}", "Hi,", ("sec", "looking into it"), apart=0.5),
)

_ABROAD = {
    "de": AgentVoice(
        "Guten Tag {customer},",
        "Viele Grüße\n{agent}",
        "",
        "Viele Grüße\n{agent}",
        "Guten Tag!",
        ("Einen Moment bitte.",),
    ),
    "es": AgentVoice(
        "Hola {customer}:", "Un saludo,\n{agent}", "", "Un saludo", "¡Hola!", ("Un momento, por favor.",)
    ),
}

# What a customer's mail begins and ends with; many have neither.
_MAILS = (
    ("", ""),
    ("", ""),
    ("Hi,", ""),
    ("Hi,", "Thanks,\n{customer}"),
    ("Hello,", "{customer} {surname}"),
    ("Hi there,", "Thanks! {customer}"),
    ("Dear Larkfield team,", "Kind regards,\n{customer} {surname}"),
    ("Hi Larkfield,", "Regards, {surname}"),
    ("", "Sent from my phone"),
    ("Hello Larkfield,", "Best\n{customer}"),
)


def agent_voice(position: int, language: str) -> AgentVoice:
    """The voice of the agent at this place in the team; in another language everybody is brief and polite."""
    return _ABROAD.get(language) or AGENT_VOICES[position % len(AGENT_VOICES)]


def customer_voice(rng: Random, mood: str) -> CustomerVoice:
    """A way of typing that one customer keeps through the whole conversation."""
    usual = (_as_written,) * 6 + (_hasty,) * 2 + (_dotted,)
    manner = rng.choice((_as_written, _as_written, _loud) if mood == "angry" else usual)
    hello, bye = rng.choice(_MAILS)
    return CustomerVoice(hello, bye, manner, rng.choice((0.0, 0.1, 0.8)))


def _as_written(text: str) -> str:
    return text


def _hasty(text: str) -> str:
    """No capitals but in order numbers, no apostrophes, no last full stop."""
    lowered = re.sub(r"\b(?!LK)[A-ZÄÖÜ]", lambda letter: letter[0].lower(), text)
    return lowered.replace("'", "").removesuffix(".")


def _dotted(text: str) -> str:
    """Thinks while typing."""
    return re.sub(r"(?<!\.)\. (?=[A-Z])", "... ", text, count=1)


def _loud(text: str) -> str:
    """Every full stop at the end is an exclamation mark."""
    return re.sub(r"\.(?=\s|$)", "!", text, count=2)
