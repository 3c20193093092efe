"""Conversations from JSONL and CSV files, streamed: memory holds one line, or one conversation, at a time."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, Literal, cast

from pydantic_core import from_json

from iqs.errors import Invalid
from iqs.files.conversation_csv import read_csv
from iqs.files.entries import LINE_LIMIT, NOT_UTF8, TOO_LONG, Line, Outcome, Rejected, conversation
from iqs.files.fields import BadField

Form = Literal["jsonl", "csv"]

_BOM = b"\xef\xbb\xbf"


def read(file: BinaryIO | Iterable[bytes], form: Form) -> Iterator[Outcome]:
    """Each conversation of the file, or its rejection, in the file's order; blank lines are passed over.

    A binary file may be gzipped. Raises Invalid when the file as a whole is of no use: a CSV without its
    columns, a damaged gzip.
    """
    lines = _lines(file)
    return read_csv(lines) if form == "csv" else read_jsonl(lines)


def read_jsonl(lines: Iterable[Line]) -> Iterator[Outcome]:
    """One JSON object a line."""
    for number, line in lines:
        if line is None:
            yield Rejected(number, TOO_LONG)
        elif not line.isspace():
            try:
                yield conversation(_parsed(line))
            except BadField as error:
                yield Rejected(number, str(error))


def _parsed(line: bytes) -> Any:
    try:
        return from_json(
            line, cache_strings="keys"
        )  # twice as fast as json, but strict about lone surrogates
    except ValueError:
        pass
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError:
        raise BadField(NOT_UTF8) from None
    except RecursionError:
        raise BadField("is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadField(f"is not JSON: {error.msg} at column {error.colno}") from None
    except ValueError:
        raise BadField("is not JSON: a number is too long") from None


def _lines(file: BinaryIO | Iterable[bytes]) -> Iterator[Line]:
    numbered = enumerate(_capped(file), start=1)
    for number, line in numbered:
        if number == 1 and line is not None:
            line = line.removeprefix(_BOM)  # noqa: PLW2901 - the same line, without what editors put before it
            if not line:
                continue
        yield number, line


def _capped(file: BinaryIO | Iterable[bytes]) -> Iterator[bytes | None]:
    if not hasattr(file, "readline"):
        for line in file:
            yield line if len(line) <= LINE_LIMIT else None
        return
    stream = _unzipped(cast("BinaryIO", file))
    try:
        while line := stream.readline(LINE_LIMIT + 1):
            if len(line) <= LINE_LIMIT:
                yield line
                continue
            while line and not line.endswith(b"\n"):
                line = stream.readline(LINE_LIMIT)
            yield None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Invalid("The gzip file is damaged; what came before the damage was imported.") from None


def _unzipped(file: BinaryIO) -> BinaryIO:
    peek: Callable[[int], bytes] | None = getattr(file, "peek", None)
    if peek is not None and peek(2)[:2] == b"\x1f\x8b":
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    return file
