"""What follows a digest into its thread: its details, promised with the digest's arrival and never without it."""

from datetime import datetime

from iqs.errors import NotFound
from iqs.notices import Notice, NoticeKind, details_after, details_key, digest_key
from iqs.storage.repositories import notices
from iqs.storage.store import Store, Tx


def promise(tx: Tx, digest: Notice, now: datetime) -> None:
    """For a digest that stands in Slack since `now`, the Notice of its details; for any other kind nothing."""
    if digest.kind is NoticeKind.DIGEST and digest.channel is not None:
        notices.add(
            tx,
            key=details_key(digest.object_id, digest.channel),
            kind=NoticeKind.DETAILS,
            object_id=digest.object_id,
            channel=digest.channel,
            not_before=details_after(digest, now),
            now=now,
        )


def thread(store: Store, notice: Notice) -> str | None:
    """The ts of the message in whose thread this notice answers, None for a message of its own.

    NotFound when that message does not stand in Slack.
    """
    if notice.kind is not NoticeKind.DETAILS or notice.channel is None:
        return None
    with store.read() as tx:
        digest = notices.by_key(tx, digest_key(notice.object_id, notice.channel))
    if digest is None or digest.ts is None:
        raise NotFound("The digest that these details belong to does not stand in Slack.")
    return digest.ts
