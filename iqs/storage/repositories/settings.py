"""Values of the installation itself, by name."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from iqs.storage import tables
from iqs.storage.store import Tx
from iqs.storage.upserts import insert, upsert

S = tables.Setting


def get(tx: Tx, name: str) -> Any | None:
    """The value as it was put, None if it never was."""
    return tx.scalar(select(S.value).where(S.name == name))


def several(tx: Tx, names: Collection[str]) -> dict[str, Any]:
    """The values of those of these names that were put."""
    found = tx.execute(select(S.name, S.value).where(S.name.in_(names)))
    return {row.name: row.value for row in found}


def locked(tx: Tx, name: str) -> Any | None:
    """As `get`, kept from other writers until this transaction ends."""
    return tx.scalar(select(S.value).where(S.name == name).with_for_update())


def put(tx: Tx, name: str, value: Any) -> None:
    """Sets a value that JSON can hold, not None."""
    upsert(tx, S, [{"name": name, "value": value}], ["name"])


def agree(tx: Tx, name: str, value: Any) -> Any:
    """Sets a value unless there is one, and returns the one that counts, also when two transactions ask at once."""
    statement = insert(tx, S).values(name=name, value=value)
    tx.execute(statement.on_conflict_do_nothing(index_elements=["name"]))
    return get(tx, name)
