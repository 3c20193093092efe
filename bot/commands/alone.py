"""SQLite serves one machine, and each part of the work there one process: a second one is refused."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from iqs.errors import Conflict, Invalid
from iqs.replicas import ReplicaKind

LOCKS = {
    ReplicaKind.RUN: ("lock", "web.lock"),
    ReplicaKind.WEB: ("web.lock",),
    ReplicaKind.WORKER: ("lock",),
}
"""What a process holds beside the file: who delivers, who listens, or both."""

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    {
        "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.davfs2",
        "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs",
    }
)  # fmt: skip
"""File systems that several machines may see at once: none promises the locks that SQLite lives by."""


@contextmanager
def alone(database: Path | None, kind: ReplicaKind = ReplicaKind.RUN) -> Iterator[None]:
    """Holds a lock beside the database file while the block runs; None (PostgreSQL) needs none.

    The system lets go of it when the process ends, however it ends. On one machine there is one `iqs run`, or
    one `iqs web` beside one `iqs worker`. Raises Conflict when another process is in the way, and Invalid for
    a file on a network file system.
    """
    with ExitStack() as held:
        if database is not None:
            system = network_file_system(database)
            if system is not None:
                raise Invalid(
                    f"{database.name} lies on a network file system ({system}), where SQLite's locks cannot be "
                    "trusted. Move it to a disk of this machine, or use PostgreSQL."
                )
            for name in LOCKS[kind]:
                held.enter_context(_locked(database, name, kind))
        yield


def network_file_system(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system a file lies on; None for a disk of this machine, or if nobody can tell.

    Told from Linux's list of mounts (man 5 proc_pid_mountinfo): the innermost one counts, the latest of those.
    """
    place, found = path.resolve(), ("", "")
    try:
        listed = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    for line in listed:
        before, _, after = line.partition(" - ")
        point = _unescaped(before.split()[4])
        if place.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, after.split()[0])
    return found[1] if found[1] in NETWORK else None


@contextmanager
def _locked(database: Path, name: str, kind: ReplicaKind) -> Iterator[None]:
    with database.with_name(f"{database.name}.{name}").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Conflict(_refusal(database, file.read(40))) from None
        file.truncate(0)
        file.write(f"{os.getpid()} {kind}")
        file.flush()
        yield


def _refusal(database: Path, written: str) -> str:
    number, _, other = written.partition(" ")
    who = f"`iqs {other}` (process {number})" if number.isdigit() and other else "Another iqs process"
    return (
        f"{who} already works on {database.name}. A SQLite file serves one `iqs run`, or one `iqs web` beside one "
        "`iqs worker`. Stop it first, or use PostgreSQL for several."
    )


def _unescaped(point: str) -> str:
    """A mount point as it is; blanks and the like stand as octal numbers in the list."""
    for code in ("040", "011", "012", "134"):
        point = point.replace(f"\\{code}", chr(int(code, 8)))
    return point
