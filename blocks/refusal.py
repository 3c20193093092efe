"""What is said when something cannot be done: kindly, and no more than the person may know."""

from blocks import kit
from blocks.kit import Message

STRANGER = (
    "I do not know you yet. IQS answers people who are part of a team's quality programme; "
    "ask the lead of your team to add you."
)


def stranger() -> Message:
    """For anybody who is not in the programme: nothing about it is said."""
    return sentence(STRANGER)


def sentence(text: str) -> Message:
    """An error's own sentence."""
    return kit.message(text, [kit.section(text)])


def failed(reference: str) -> Message:
    """For a fault of ours: what to do, and the reference under which it is in the log."""
    return sentence(
        "Something went wrong on our side; what you saved before is kept. Please try again in a minute. "
        f"If it happens again, tell your admin this reference: {reference}"
    )
