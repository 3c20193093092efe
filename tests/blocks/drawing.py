"""Views as plain text, for people who want to see every message at a glance: `gallery/*.txt`.

`python -m tests.blocks.drawing` draws the gallery again after a wanted change.
"""

from pathlib import Path

from blocks import (
    absence,
    alert,
    commitment,
    digest,
    feedback,
    figures,
    home,
    kit,
    me,
    refusal,
    reminder,
    review,
    scorecard,
    shift,
    skip,
    team,
    why,
)  # fmt: skip
from blocks import draw as drawn
from blocks import help as help_page
from iqs.falls import Turn
from tests.blocks import cases, command_cases, draw_cases, operations_cases, report_cases

GALLERY = Path(__file__).parent / "gallery"
WEAK = {"solution": 2, "tone": 4, "product": 3, "process": 4, "grammar": 1}


def shown():
    """Every view of the gallery by name."""
    return {
        "scorecard": scorecard.message(cases.card({"solution": 4, "grammar": 1})),
        "scorecard-rated": scorecard.message(cases.card(cases.RATED)),
        "scorecard-submitted": scorecard.message(cases.submitted()),
        "review": review.modal(cases.card({"solution": 3, "tone": 5})),
        "skip": skip.modal(cases.card()),
        "feedback": feedback.message(cases.feedback()),
        "feedback-weak": feedback.message(cases.feedback(WEAK)),
        "feedback-no-score": feedback.message(cases.thin_feedback()),
        "digest": digest.message(report_cases.digest()),
        "digest-details": digest.details(report_cases.digest()),
        "digest-plain": digest.plain(report_cases.digest()),
        "me": me.message(report_cases.personal()),
        "shift": shift.message(report_cases.shift()),
        "shift-recovery": shift.message(report_cases.shift(turn=Turn.RECOVERY, category=None, reviews=())),
        "team": team.message(report_cases.team_report()),
        "home": home.view(report_cases.home()),
        "home-admin": home.view(
            report_cases.home(waiting=(), personal=None, led=(), operations=operations_cases.operations())
        ),
        "alert": alert.message(operations_cases.alert()),
        "alert-over": alert.message(operations_cases.alert(())),
        "commitment": commitment.message(draw_cases.COMMITTED, "Support"),
        "draw": drawn.message(draw_cases.PROGRESS),
        "draw-verified": drawn.verdict(draw_cases.VERDICT),
        "why": why.message(draw_cases.RANDOM),
        "why-picked": why.message(draw_cases.PICKED),
        "reminder": reminder.message(draw_cases.REMINDER, now=draw_cases.NOW),
        "absence": absence.modal(draw_cases.NOW.date()),
        "absence-home": kit.home(absence.section(draw_cases.away())),
        "help": help_page.message(cases.LEAD),
        "stranger": refusal.stranger(),
        **{
            name: message
            for name, message in command_cases.messages()
            if name in {"category-usual", "agent", "explain", "export", "export-words", "plan"}
        },
    }


def draw(view):
    """A view as lines of text."""
    lines = [f"({view['text']})", ""] if isinstance(view.get("text"), str) else []
    for block in view["blocks"]:
        lines += [*_block(block), ""]
    drawn = "\n".join(line.rstrip() for line in lines).strip() + "\n"
    return drawn.replace(figures.GAP, " ")


def _block(block):
    return _DRAWN[block["type"]](block)


def _rich_text(block):
    lines = []
    for element in block["elements"]:
        if element["type"] == "rich_text_list":
            lines += [f"- {_inline(each['elements'])}" for each in element["elements"]]
        else:
            mark = "> " if element["type"] == "rich_text_quote" else ""
            lines.append(mark + _inline(element["elements"]))
    return lines


def _inline(parts):
    return "".join(_styled(part) for part in parts)


def _styled(part):
    if part["type"] == "date":
        return part["fallback"]
    for style, mark in (("bold", "**"), ("italic", "_"), ("code", "`")):
        if part.get("style", {}).get(style):
            return f"{mark}{part['text']}{mark}"
    return part["text"]


def _section(block):
    texts = [block["text"]] if "text" in block else block["fields"]
    button = f"   {_element(block['accessory'])}" if "accessory" in block else ""
    return ["   ".join(each["text"] for each in texts) + button]


def _element(element):
    text = element["text"]["text"] if element["type"] == "button" else "…"
    return f"[{text}]" if "style" not in element else f"[[{text}]]"


def _input(block):
    element = block["element"]
    marked = [element.get("initial_option"), *element.get("initial_options", [])]
    lines = [f"{block['label']['text']}{' (optional)' if block['optional'] else ''}"]
    lines += [f"  ({'x' if o in marked else ' '}) {o['text']['text']}" for o in element.get("options", [])]
    if element["type"] == "plain_text_input":
        lines.append(f"  [{element['placeholder']['text']}]")
    return lines + ([f"  {block['hint']['text']}"] if "hint" in block else [])


def _chart(block):
    points = block["chart"]["series"][0]["data"]
    told = ", ".join(f"{point['label']} {point['value']:g}" for point in points)
    for more in block["chart"]["series"][1:]:
        told += f"; {more['name']}: " + ", ".join(f"{point['value']:g}" for point in more["data"])
    return [f"<{block['chart']['type']} chart “{block['title']}”: {told}>"]


def _table(block):
    return [block["caption"], *(" | ".join(cell["text"] for cell in row) for row in block["rows"])]


_DRAWN = {
    "header": lambda block: [f"# {block['text']['text']}"],
    "divider": lambda _: ["---"],
    "rich_text": _rich_text,
    "section": _section,
    "context": lambda block: [f"~ {each['text']}" for each in block["elements"]],
    "actions": lambda block: ["  ".join(map(_element, block["elements"]))],
    "container": lambda block: [
        f"▸ {block['title']['text']}",
        *(f"    {line}" for child in block["child_blocks"] for line in _block(child)),
    ],
    "input": _input,
    "data_visualization": _chart,
    "data_table": _table,
}


if __name__ == "__main__":
    for name, view in shown().items():
        (GALLERY / f"{name}.txt").write_text(draw(view), encoding="utf-8")
