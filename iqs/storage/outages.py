"""Whose fault a database error is: the database's (away, busy, full), the moment's, or our statement's."""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from iqs.errors import Unavailable

NOTHING_SAVED = "The database cannot be reached just now; nothing was saved. Please try again in a moment."
CANNOT_READ = "The database cannot be reached just now. Please try again in a moment."
UNSURE = "The connection to the database broke while saving. Please try again; twice does no harm."
FULL = "The disk of the database is full; nothing was saved. Please tell whoever runs this bot."
READ_ONLY = "The database can only be read just now; nothing was saved. Please tell whoever runs this bot."
BUSY = "The database is busy; nothing was saved. Please try again in a moment."
NOT_READY = "The database is not set up for this version; run `iqs db upgrade`."
DAMAGED = "The database file cannot be used: it is damaged or no database. Please restore a copy."

SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: NOTHING_SAVED,
    sqlite3.SQLITE_CANTOPEN: NOTHING_SAVED,
    sqlite3.SQLITE_PROTOCOL: NOTHING_SAVED,
    sqlite3.SQLITE_NOMEM: NOTHING_SAVED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
"""By the primary result code, the low byte of the extended one (sqlite.org/rescode.html)."""

POSTGRESQL = {
    "40001": BUSY,  # serialisation failure
    "40P01": BUSY,  # deadlock
    "55P03": BUSY,  # lock not available
    "57014": BUSY,  # cancelled by a timeout
    "53100": FULL,
    "25006": READ_ONLY,
    "42P01": NOT_READY,  # no such table
    "42703": NOT_READY,  # no such column
}
"""By SQLSTATE (PostgreSQL manual, appendix A); the classes 08, 53, 57P and 58 are outages as a whole."""

OUT = ("08", "53", "57P", "58")
GIVEN_UP = ("40001", "40P01")
"""The database gave the transaction up, even at its commit: a serialisation failure, a deadlock."""

CUT_OFF = ("08", "57P01", "57P02", "57P03")
"""The server goes down, comes up, or is gone: before the commit nothing was kept, at the commit nobody knows."""


def raise_outage(error: SQLAlchemyError, *, saving: bool = False, reading: bool = False) -> None:
    """Raises `Unavailable` with its sentence when the database is at fault; returns when the statement is.

    `saving` says that the commit had begun: if the connection broke then, nobody knows how it ended.
    """
    if not isinstance(error, DBAPIError):
        raise Unavailable(BUSY) from error  # no connection became free in time
    sentence = _sentence(error)
    if sentence is None or (reading and sentence == READ_ONLY):
        return
    if reading and sentence == NOTHING_SAVED:
        sentence = CANNOT_READ
    if saving and (_lost(error) or (_sqlstate(error) or "").startswith(CUT_OFF)):
        sentence = UNSURE
    raise Unavailable(sentence) from error


def may_repeat(error: SQLAlchemyError, *, saving: bool) -> bool:
    """Whether the transaction was given up through no fault of its own and has certainly left nothing."""
    if not isinstance(error, DBAPIError):
        return False
    state = _sqlstate(error) or ""
    if state in GIVEN_UP:
        return True
    return not saving and (_lost(error) or state.startswith(CUT_OFF))


def _lost(error: DBAPIError) -> bool:
    return error.connection_invalidated


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _sentence(error: DBAPIError) -> str | None:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is None:
            return None
        if code == sqlite3.SQLITE_ERROR and str(error.orig).startswith(("no such table", "no such column")):
            return NOT_READY
        return SQLITE.get(code & 0xFF)
    state = _sqlstate(error)
    if state in POSTGRESQL:
        return POSTGRESQL[state]
    if _lost(error) or (state or "").startswith(OUT):
        return NOTHING_SAVED
    # libpq gives no SQLSTATE when there was nobody to speak to
    return NOTHING_SAVED if state is None and type(error.orig).__name__ == "OperationalError" else None
