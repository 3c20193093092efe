"""Tables as spreadsheets save them: lines with their numbers, and where each named column stands."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from iqs.errors import Invalid

Line = tuple[int, list[str]]
"""The number of the line a record begins on, from 1, and its cells."""


def records(text: str) -> Iterator[Line]:
    """The records that hold anything; split by comma, `;` or tab, whichever the first line has most of.

    A byte order mark, Windows line ends and empty lines do no harm.
    """
    text = text.removeprefix("\ufeff")
    first = text.lstrip("\r\n").splitlines()[:1]
    delimiter = max(",;\t", key="".join(first).count)
    # The text is in memory already; whoever reads the cells says what is too long.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    number = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield number, cells
        number = reader.line_num + 1


def columns(
    header: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Where each column stands; names in any case and order, `_`, `-` and blanks in them count as nothing.

    `renamed` says what the file calls a column ("value" → "score"). Further columns are passed over. Raises
    `Invalid` when a required column is missing or a column is there twice.
    """
    renamed = renamed or {}
    ours = (*required, *optional)
    known = {_folded(renamed.get(name, name)): name for name in ours}
    names = [known.get(_folded(cell)) for cell in header]
    missing = [renamed.get(name, name) for name in (*required, *renamed) if name not in names]
    twice = [renamed.get(name, name) for name in ours if names.count(name) > 1]
    if missing or twice:
        fault = (
            f"does not name {', '.join(dict.fromkeys(missing))}"
            if missing
            else f"names {', '.join(twice)} twice"
        )
        listed = ",".join(renamed.get(name, name) for name in ours)
        end = f" ({', '.join(optional)} may be left out)" if optional else ""
        raise Invalid(f"The first line {fault}. It must read: {listed}{end}.")
    return {name: names.index(name) for name in ours if name in names}


def _folded(cell: str) -> str:
    return re.sub(r"[\s_-]", "", cell.lower())
