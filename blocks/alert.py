"""The alert: what stands still, why, and what to do; or one line that it is over."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from blocks import kit, outbox
from blocks.kit import Block, Element, Message
from blocks.outbox import Meaning
from iqs.outbox import Wait
from iqs.oversight import Alert, Concern, ConcernKind, FindingKind

LISTED = 4
"""Things of one kind that are named; the rest is counted."""

HEADS = {
    ConcernKind.WORKSPACE: "Slack refuses the app: nothing is sent",
    ConcernKind.HELPDESK: "A helpdesk cannot be read",
    ConcernKind.AUDIT: "The auditor found",
    ConcernKind.DEAD: "Given up",
    ConcernKind.DOUBT: "May have arrived, nobody can tell",
    ConcernKind.RETRIED: "Tried again and again",
    ConcernKind.UNREACHABLE: "Waiting for people who cannot be reached",
    ConcernKind.MENDED: "Was missing, and was written by the auditor",
}

FINDINGS = {
    FindingKind.FEEDBACK_MISSING: "feedback of a released review",
    FindingKind.SCORECARD_MISSING: "scorecard of an assignment",
    FindingKind.DIGEST_MISSING: "a week's digest",
    FindingKind.OVERDUE: "a message is due and nobody sends it",
    FindingKind.ABANDONED: "a message was being sent and nobody looks what became of it",
}

PEOPLE = {
    Wait.UNLINKED: "not found in Slack by their e-mail address",
    Wait.LEFT: "not active any more",
    Wait.UNREACHABLE: "Slack lets nothing through",
}

_WORKER = "Look whether iqs run or iqs worker runs, and into its log; starting it again does no harm."
_ADVICE = {
    ConcernKind.AUDIT: _WORKER,
    ConcernKind.DEAD: "Open the App Home of IQS and press Retry or Cancel, or type: iqs outbox list.",
    ConcernKind.DOUBT: "Look into those conversations; then Retry or Cancel in the App Home of IQS.",
    ConcernKind.RETRIED: "It goes on by itself once the reason is gone.",
    ConcernKind.UNREACHABLE: "Mend their address (iqs people import), or cancel what waits: iqs outbox list.",
    ConcernKind.HELPDESK: "Check its key (docs/helpdesks.md), then: iqs sync.",
    ConcernKind.MENDED: "Nothing; if it comes again, report it: it is a fault of IQS.",
}


def message(alert: Alert) -> Message:
    """The alert of one person. Its notification names no person."""
    if not alert.concerns:
        return over(alert)
    count = sum(each.kind is not ConcernKind.MENDED for each in alert.concerns)
    needs = "thing needs" if count == 1 else "things need"
    text = f"IQS: {count} {needs} a look." if count else "IQS mended something."
    groups = [
        _group(kind, list(found)) for kind, found in groupby(alert.concerns, key=lambda each: each.kind)
    ]
    return kit.message(
        text,
        [
            kit.header(text),
            *groups,
            kit.context(
                "At most one such message an hour, and only for news. docs/operate.md explains each line."
            ),
        ],
    )


def over(alert: Alert) -> Message:
    """Everything moves again."""
    line = kit.line(
        kit.bold("Everything moves again. "), "What stood still since ", kit.date(alert.since), " is over."
    )
    return kit.message("IQS: everything moves again.", [kit.rich_text(line)])


def _group(kind: ConcernKind, found: Sequence[Concern]) -> Block:
    if kind in (ConcernKind.AUDIT, ConcernKind.MENDED):
        found = _alike(found)
    told = found[:LISTED]
    lines = [kit.line(*_named(each)) for each in told]
    if len(found) > len(told):
        lines.append(kit.line(f"and {len(found) - len(told)} more"))
    return kit.rich_text(
        kit.line(kit.bold(HEADS[kind])),
        kit.bullets(lines),
        kit.line(kit.italic(_advice(kind, told[0]))),
    )


def _alike(found: Sequence[Concern]) -> list[Concern]:
    """One for each kind of finding, since the oldest of it."""
    kinds: dict[str, list[Concern]] = {}
    for each in found:
        kinds.setdefault(each.what, []).append(each)
    return [replace(of[0], count=len(of)) for of in kinds.values()]


def _named(concern: Concern) -> list[str | Element]:
    since: list[str | Element] = [", since ", kit.date(concern.since)]
    if concern.kind is ConcernKind.WORKSPACE:
        return [_meaning(concern).why.rstrip("."), *since]
    if concern.kind in (ConcernKind.AUDIT, ConcernKind.MENDED):
        times = f"{concern.count} × " if concern.count > 1 else ""
        return [f"{times}{FINDINGS[FindingKind(concern.what)]}", *since]
    if concern.kind is ConcernKind.UNREACHABLE:
        waiting = "1 message waits" if concern.count == 1 else f"{concern.count} messages wait"
        return [kit.bold(concern.what, 80), f": {PEOPLE[Wait(concern.reason)]}; {waiting}", *since]
    if concern.kind is ConcernKind.HELPDESK:
        return [kit.bold(concern.what.capitalize(), 60), kit.words(f": {concern.reason}", 200), *since]
    if concern.kind is ConcernKind.DOUBT:
        return [kit.bold(concern.what, 100), *since]
    return [kit.bold(concern.what, 100), kit.words(f": {_meaning(concern).why.rstrip('.')}", 200), *since]


def _advice(kind: ConcernKind, first: Concern) -> str:
    return _ADVICE.get(kind) or _meaning(first).do


def _meaning(concern: Concern) -> Meaning:
    return outbox.reason(concern.reason)
