"""A prepared statement says and finds what the same statement does by the usual way, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from iqs.storage.prepared import Prepared
from iqs.storage.tables import Inbox, Setting

AT = datetime(2026, 11, 16, 9, 0, 0, 123456, tzinfo=UTC)
ADD = Prepared(
    lambda insert: insert(Inbox).values(key=bindparam("key"), received_at=bindparam("received_at"))
)
FIND = Prepared(lambda _: select(Inbox.key, Inbox.received_at).where(Inbox.key == bindparam("key")))


def test_times_come_back_as_they_were(store):
    """Values go through the columns' types both ways, and rows have the columns' names."""
    with store.write() as tx:
        assert ADD.all(tx, key="a", received_at=AT) == []
    with store.read() as tx:
        row = FIND.one(tx, key="a")
        usual = tx.execute(select(Inbox.key, Inbox.received_at)).one()
        assert FIND.one(tx, key="b") is None
    assert (row.key, row.received_at) == ("a", AT)
    assert tuple(row) == tuple(usual)


def test_json_comes_back_as_it_was(store):
    """So do lists and texts in a JSON column."""
    put = Prepared(lambda insert: insert(Setting).values(name=bindparam("name"), value=bindparam("value")))
    with store.write() as tx:
        put.all(tx, name="n", value={"words": ["Grüße", None, 1]})
        assert tx.scalar(select(Setting.value)) == {"words": ["Grüße", None, 1]}


def test_a_fixed_value_of_the_statement_counts(store):
    """What the statement says itself need not be given."""
    fixed = Prepared(
        lambda _: select(Inbox.key).where(Inbox.key == "a", Inbox.received_at <= bindparam("at"))
    )
    with store.write() as tx:
        tx.execute(insert(Inbox).values(key="a", received_at=AT))
        assert fixed.one(tx, at=AT).key == "a"


def test_errors_are_the_usual_ones(store):
    """A broken rule is SQLAlchemy's IntegrityError, without the values."""
    with store.write() as tx:
        ADD.all(tx, key="a", received_at=AT)
    with pytest.raises(IntegrityError) as refused, store.write() as tx:
        ADD.all(tx, key="a", received_at=AT)
    assert str(AT.year) not in str(refused.value.params)


def test_it_is_in_the_transaction(store):
    """A look with it alone sees one moment, and what it wrote goes with a transaction that is taken back."""
    with pytest.raises(ZeroDivisionError), store.write() as tx:  # noqa: PT012 - the second statement fails
        ADD.all(tx, key="a", received_at=AT)
        raise ZeroDivisionError
    with store.read() as tx:
        assert FIND.one(tx, key="a") is None
        with store.write() as other:
            ADD.all(other, key="a", received_at=AT)
        assert FIND.one(tx, key="a") is None
    with store.read() as tx:
        assert FIND.one(tx, key="a") is not None
