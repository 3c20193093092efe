"""The docs hold what they say: commands parse, links lead somewhere, settings and columns are the code's."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import yaml

from bot.cli import cli
from bot.config import Settings
from bot.helpdesks import HelpdeskSettings
from iqs.conversations import Conversation
from iqs.files import people, reviews
from iqs.files.conversation_csv import CSV_COLUMNS
from iqs.files.conversations import read
from iqs.files.entries import Rejected
from iqs.people import Role

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
TEXT = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
PROCFILE = (ROOT / "Procfile").read_text(encoding="utf-8")
ENV_EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
NESTED = {name: each for name, each in Settings.model_construct() if isinstance(each, HelpdeskSettings)}
SETTINGS = {name.upper() for name in Settings.model_fields if name not in NESTED} | {
    f"{name}_{each}".upper() for name, settings in NESTED.items() for each in type(settings).model_fields
}
ONLY_TOLD_BY_HELPDESKS = {
    "bot_rating", "first_response_basis", "handle_basis", "reopens", "others", "updated_at",
}  # fmt: skip

BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|&& *|; *|/bin/|^[a-z]+: )iqs +([^#;&|>)]*)")
TARGET = re.compile(r"(?:^|&& *)make +([.\w-]+)")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
SETTING = re.compile(r"\b[A-Z]+(?:_[A-Z]+)*\b(?==)|\b(?:SLACK|DATABASE|EXCERPT|LOG)_[A-Z_]*[A-Z]\b|\bPORT\b")
PLACE = re.compile(r"(?:bot|blocks|iqs|tests|docs|benchmarks)/[\w./-]*")


def code(text: str) -> Iterator[str]:
    """What a page sets as code: the lines of its blocks, and its snippets within sentences."""
    for block in BLOCK.findall(text):
        yield from block.splitlines()
    yield from INLINE.findall(BLOCK.sub("", text))


def found(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Every (page, match) of a pattern in what the pages set as code, each once."""
    return sorted(
        {(page, m.strip()) for page, text in TEXT.items() for c in code(text) for m in pattern.findall(c)}
    )


COMMANDS = [
    *((page, line) for page, line in found(COMMAND) if line),
    *(("Procfile", line.strip()) for each in PROCFILE.splitlines() for line in COMMAND.findall(each)),
]


def parse(line: str) -> None:
    """Has click read a line as `iqs` would, without running it; raises UsageError for one it cannot read."""
    command: click.Command = cli
    context, arguments = None, shlex.split(line.replace("REVIEW_ID", "42").replace("…", ""))
    while True:
        if context is not None and not arguments:
            return  # only names the command
        context = command.make_context(command.name, arguments, parent=context)
        if not isinstance(command, click.Group):
            return
        _, child, arguments = command.resolve_command(context, [*context._protected_args, *context.args])
        assert child is not None
        command = child


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_every_command_can_be_typed(page, line, monkeypatch):
    """Each `iqs …` on a page names a command, options and values that exist; files are only examples."""
    monkeypatch.setattr(click.Path, "convert", lambda self, value, param, ctx: value)
    try:
        parse(line)
    except click.exceptions.Exit:
        pass  # --help and --version
    except click.UsageError as error:
        pytest.fail(f"{page}: iqs {line}: {error.format_message()}")


def test_a_command_that_is_not_there_is_noticed():
    """The reader of commands above can fail: on a name, an option, a value and a missing part."""
    for line in (
        "bogus",
        "draw --team T",
        "report --team T --xlsx",
        "explain me",
        "people bogus",
        "demo --port x",
    ):
        with pytest.raises(click.UsageError):
            parse(line)


def test_the_commands_are_found():
    """The pages show every command of `iqs`, so that the test above has something to read."""
    assert {line.split()[0] for _, line in COMMANDS} >= set(cli.list_commands(click.Context(cli)))


@pytest.mark.parametrize(("page", "target"), found(TARGET))
def test_every_make_target_exists(page, target):
    """Each `make …` on a page is a target of the Makefile."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert target in phony[1].split(), page


@pytest.mark.parametrize("page", TEXT)
def test_every_link_and_picture_leads_somewhere(page):
    """Relative links, pictures, and paths set as code exist in the project."""
    text = BLOCK.sub("", TEXT[page])
    links = [link for link in LINK.findall(text) if not link.startswith(("http://", "https://"))]
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []
    places = [snippet for snippet in INLINE.findall(text) if PLACE.fullmatch(snippet)]
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_readme_draws_the_tree_as_it_is():
    """Each folder in the README's tree exists, and each package of iqs and bot's listeners stands in it."""
    tree = next(block for block in BLOCK.findall(TEXT["README.md"]) if block.startswith("bot/"))
    top, drawn = "", set()
    for indent, name in re.findall(r"^( *)(\w+/)", tree, re.MULTILINE):
        top = top if indent else name
        drawn.add(top + name if indent else name)
    assert {each for each in drawn if not (ROOT / each).is_dir()} == set()
    assert drawn >= {f"iqs/{each.parent.name}/" for each in ROOT.glob("iqs/*/__init__.py")}
    ears = {each.stem for each in ROOT.glob("bot/listeners/*.py")} - {"__init__", "wiring"}
    assert set(re.search(r"listeners/ +(.*)", tree)[1].split(" · ")) == ears
    pages = {
        each.stem if each.is_file() else each.name
        for each in ROOT.glob("docs/*")
        if each.suffix in {"", ".md"}
    }
    assert set(re.search(r"^docs/ +(.*)", tree, re.MULTILINE)[1].split(" · ")) == pages - {"__pycache__"}


def test_every_setting_exists_and_stands_in_the_example():
    """What a page calls a setting is one (or its NAME_FILE), and .env.example lists all of them."""
    named = {name.removesuffix("_FILE") for _, name in found(SETTING)}
    assert named, "no page names a setting"
    assert named <= SETTINGS
    assert set(re.findall(r"^#?([A-Z_]+)=", ENV_EXAMPLE, re.MULTILINE)) == SETTINGS


def test_the_slash_commands_are_those_of_the_manifest():
    """Each `/iqs …` on a page is one that Slack hints at."""
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    hint = manifest["features"]["slash_commands"][0]["usage_hint"]
    assert {word for _, word in found(re.compile(r"^/iqs (\w+)"))} == set(re.findall(r"\w+", hint))


def test_the_conversation_fields_are_those_of_the_code():
    """The table of JSON fields and the list of CSV columns name exactly what is read."""
    page = TEXT["docs/import.md"]
    table = page[page.index("| field |") : page.index("Times are RFC 3339")]
    listed = [
        name for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in INLINE.findall(cell)
    ]
    expected = {"id" if each.name == "external_id" else each.name for each in fields(Conversation)}
    assert sorted(listed) == sorted(expected - ONLY_TOLD_BY_HELPDESKS)
    columns = page[page.index("Columns, in any order") : page.index("Needed are")]
    assert tuple(INLINE.findall(columns)) == CSV_COLUMNS


def test_the_conversation_examples_can_be_imported():
    """The JSON and the CSV on the page are read without a rejected line, and what is needed is needed."""
    page = TEXT["docs/import.md"]
    entry = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])
    rows = re.search(r"```csv\n(.*?)```", page, re.DOTALL)[1].encode().splitlines(keepends=True)
    [one] = read([json.dumps(entry).encode()], "jsonl")
    assert isinstance(one, Conversation)
    assert [each.external_id for each in read(rows, "csv")] == ["1042", "1043"]
    for row in re.findall(r"^\| (`.*?) \| yes \|", page, re.MULTILINE):
        for name in INLINE.findall(row):
            less = {key: value for key, value in entry.items() if key != name}
            [refused] = read([json.dumps(less).encode()], "jsonl")
            assert isinstance(refused, Rejected), name


def test_the_past_reviews_on_the_page_can_be_imported():
    """Every line of the example is used, and its table names exactly the columns that are read."""
    page = TEXT["docs/history.md"]
    example = re.search(r"```csv\n(.*?)```", page, re.DOTALL)[1]
    read_file = reviews.read_reviews(example, zone="UTC", now=datetime.now(UTC))
    assert len(read_file.ratings) == len(example.splitlines()) - 1
    assert read_file.rejected == ()
    needed = dict(re.findall(r"^\| `(\w+)` \| (yes|no) \|", page, re.MULTILINE))
    assert {name for name, word in needed.items() if word == "yes"} == set(reviews.REQUIRED)
    assert set(needed) == {*reviews.REQUIRED, *reviews.OPTIONAL}


def test_the_people_file_is_the_one_that_is_read():
    """The example of docs/install.md has the columns and roles of the code, and every line of it is used."""
    page = TEXT["docs/install.md"]
    example = re.search(r"```\n(team,.*?)```", page, re.DOTALL)[1]
    assert tuple(example.splitlines()[0].split(",")) == people.COLUMNS
    read_file = people.read_people(example)
    assert len(read_file.rows) == len(example.splitlines()) - 1
    assert read_file.rejected == ()
    roles = re.search(r"\*\*Roles\*\*: (.*?)Several", page, re.DOTALL)[1]
    assert INLINE.findall(roles) == [role.value for role in Role]
