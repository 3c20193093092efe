"""`/iqs category`: one rating category of a team on one screen."""

from functools import partial

from blocks import figures, kit, levels
from blocks.kit import Block, Element, Message
from iqs.access import GROUP
from iqs.category_cards import CategoryCard, Stand
from iqs.reports import CategoryFigure, Point
from iqs.statistics import Word

CAUSES = 5
FEW = (
    f"Fewer than {GROUP} people were rated here in this time, so no figures stand here: a mean of so few is "
    "about persons."
)
WORDS = {Word.HIGHER: "clearly higher than the others", Word.LOWER: "clearly lower than the others"}
PEOPLE_NOTE = (
    "People stand by name, never by rank: most differences between them are chance, and only what is beyond it "
    "is called higher or lower."
)


def message(card: CategoryCard) -> Message:
    """The ephemeral answer."""
    figure = None if card.figure is None else figures.estimate(card.figure.estimate)
    text = f"{card.name}, {card.period.label}: {figure or FEW}"
    return kit.message(text, levels.fitting(partial(_blocks, card)))


def _blocks(card: CategoryCard, most: int) -> list[Block | None]:
    blocks: list[Block | None] = [
        kit.header(f"{card.name}: {card.team.name}, {card.period.label}"),
        kit.rich_text(*_summary(card)),
    ]
    causes = [
        kit.line(
            kit.words(each.cause, 80),
            f": {figures.count(each.count, 'time')}"
            + ("" if each.share is None else f" ({figures.percent(each.share)} of its root causes)"),
        )
        for each in card.causes[:CAUSES]
    ]
    if causes:
        blocks.append(kit.rich_text(kit.line(kit.bold("Why it lost points")), kit.bullets(causes)))
    if card.people:
        blocks.append(kit.rich_text(kit.line(kit.bold("Agents, by name")), kit.bullets(_people(card, most))))
        blocks.append(kit.context(PEOPLE_NOTE))
    note = "n is the number of ratings, N/A left out; the range holds with 95 %."
    return [*blocks, kit.context(kit.fixed(note))]


def _summary(card: CategoryCard) -> list[Element]:
    if card.figure is None:
        return [kit.line(FEW)]
    figure = card.figure
    if not figure.estimate.n:
        return [kit.line("Nobody was rated in this category in this time."), *levels.trend(_dated(card))]
    first = kit.line(kit.bold(figures.estimate(figure.estimate)), f" · {_moved(figure)}")
    return [first, *levels.trend(_dated(card))]


def _moved(figure: CategoryFigure) -> str:
    """Against the period before: "lower than before: down 24 points", "no clear difference (+3)"."""
    if figure.rescaled:
        return "its scale changed, so it cannot be compared"
    change = figure.change
    if change is not None and change.word in {Word.HIGHER, Word.LOWER}:
        return f"{change.word} than before: {figures.change(change)}"
    return figures.change(change).replace("no clear change", str(Word.UNCLEAR))


def _dated(card: CategoryCard) -> list[Point]:
    return [point for point in card.trend if not point.withheld]


def _people(card: CategoryCard, most: int) -> list[Element]:
    lines = [_person(each) for each in card.people[:most]]
    if len(card.people) > most:
        lines.append(kit.line(f"and {len(card.people) - most} more: see iqs report"))
    return lines


def _person(stand: Stand) -> Element:
    word = WORDS.get(stand.against.word)
    told = f": {figures.estimate(stand.estimate)}" + (f", {word}" if word else "")
    return kit.line(kit.bold(stand.name, 60), told)
