"""One process for each part of the work on a SQLite file, on one machine."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.commands.alone import alone, network_file_system
from iqs.errors import Conflict, Invalid
from iqs.replicas import ReplicaKind, beside

HOLD = """
import sys, time
from pathlib import Path
from bot.commands.alone import alone
from iqs.replicas import ReplicaKind
with alone(Path(sys.argv[1]), ReplicaKind(sys.argv[2])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held(database, kind):
    """Another process that works on the file, its number."""
    command = [sys.executable, "-c", HOLD, str(database), kind]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.parametrize("first", ReplicaKind)
def test_a_second_process_is_refused_unless_the_two_share_the_work(tmp_path, first):
    """The sentence names who holds it and what may stand beside it; when that one dies, the file is free."""
    database = tmp_path / "iqs.db"
    with held(database, first) as pid:
        for second in ReplicaKind:
            if beside(first, second):
                with alone(database, second):
                    pass
                continue
            with pytest.raises(Conflict) as refused, alone(database, second):
                pytest.fail("both work")
            assert f"`iqs {first}` (process {pid}) already works on iqs.db" in str(refused.value)
            assert "one `iqs web` beside one `iqs worker`" in str(refused.value)
    with alone(database):
        pass


def test_what_was_refused_holds_nothing(tmp_path):
    """`iqs run` is refused for the worker's sake and leaves the front door free."""
    database = tmp_path / "iqs.db"
    with alone(database, ReplicaKind.WORKER):
        with pytest.raises(Conflict), alone(database, ReplicaKind.RUN):
            pass
        with alone(database, ReplicaKind.WEB):
            pass


def test_postgresql_needs_no_lock():
    """Several senders share one PostgreSQL."""
    with alone(None), alone(None):
        pass


MOUNTS = """\
21 1 8:1 / / rw - ext4 /dev/sda1 rw
30 21 0:5 / /srv rw shared:7 - nfs4 filer:/srv rw
31 30 8:2 / /srv/local\\040disk rw - xfs /dev/sdb1 rw
32 21 0:6 / /mnt/share rw - cifs //filer/share rw
33 32 0:7 / /mnt/share rw - tmpfs tmpfs rw
34 21 0:9 / /home rw - fuse.sshfs host: rw
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/var/iqs.db", None),
        ("/srv/iqs.db", "nfs4"),
        ("/srv/deeper/iqs.db", "nfs4"),
        ("/srvelse/iqs.db", None),
        ("/srv/local disk/iqs.db", None),
        ("/mnt/share/iqs.db", None),  # what was mounted last is what one sees
        ("/home/iqs/iqs.db", "fuse.sshfs"),
    ],
)
def test_a_network_file_system_is_known_by_the_innermost_mount(tmp_path, path, found):
    """From Linux's list of mounts; a list that cannot be read tells nothing."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert network_file_system(Path(path), mounts) == found
    assert network_file_system(Path(path), tmp_path / "none") is None


def test_a_file_on_a_network_is_refused_before_anything_is_locked(tmp_path, monkeypatch):
    """With the way out; this machine's own folder is none."""
    assert network_file_system(tmp_path) is None
    monkeypatch.setattr("bot.commands.alone.network_file_system", lambda path: "nfs4")
    with (
        pytest.raises(Invalid, match=r"network file system \(nfs4\).*PostgreSQL"),
        alone(tmp_path / "iqs.db"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
    with alone(None):
        pass
