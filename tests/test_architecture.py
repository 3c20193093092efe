"""The house checks itself: what DESIGN promises of the code's shape fails here when it stops being true."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = [path for folder in ("iqs", "blocks", "bot") for path in sorted((ROOT / folder).rglob("*.py"))]
PURE = sorted(path for path in (ROOT / "iqs").glob("*.py") if path.name != "__init__.py")
WORLD = {
    "os",
    "pathlib",
    "socket",
    "subprocess",
    "random",
    "secrets",
    "time",
    "threading",
    "httpx",
    "urllib",
    "sqlite3",
}


def name(path):
    return str(path.relative_to(ROOT))


def calls(tree):
    return [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def test_the_import_contracts_hold():
    """Layers bot > blocks > iqs, SQL in storage only, no Slack below bot, a sandbox that judges from outside."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", PURE, ids=name)
def test_a_loose_module_of_iqs_is_pure(path):
    """Values in, values out: it reads no clock, no file, no network, no chance, no environment."""
    tree = ast.parse(path.read_text())
    assert not WORLD & set(imported(tree))
    asked = {func.attr for func in calls(tree) if isinstance(func, ast.Attribute)}
    assert not asked & {"now", "utcnow", "today", "getenv"}


def test_only_config_reads_the_environment():
    """Settings come from one place, which can name everything that is missing at once."""
    reading = re.compile(r"os\.environ|getenv|environ\[")
    assert [name(path) for path in PRODUCT if reading.search(path.read_text())] in ([], ["bot/config.py"])


@pytest.mark.parametrize("path", [*PRODUCT, *sorted((ROOT / "tests").rglob("*.py"))], ids=name)
def test_files_are_small(path):
    """No file over about 400 lines: when one grows, a noun hides in it."""
    limit = 420 if "tests" not in path.parts else 520
    assert len(path.read_text().splitlines()) <= limit


def test_no_service_is_asynchronous():
    """Blocking work sits in threads at the edges; iqs and blocks have no `async def`."""
    for path in PRODUCT:
        if path.is_relative_to(ROOT / "bot"):
            continue
        nodes = ast.walk(ast.parse(path.read_text()))
        assert not [node for node in nodes if isinstance(node, ast.AsyncFunctionDef)], name(path)


def test_every_test_names_what_it_tests():
    """Tests mirror the tree: tests/iqs/test_scoring.py tests iqs/scoring.py or a folder of that name."""
    homeless = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        inside = path.relative_to(ROOT / "tests").parent
        if not inside.parts or inside.parts[0] not in ("iqs", "blocks", "bot"):
            continue
        if not (ROOT / inside).is_dir():
            homeless.append(name(path))
    assert not homeless


def test_public_functions_say_what_they_do():
    """Every public function and class of iqs has a docstring."""
    silent = []
    for path in PRODUCT:
        if not path.is_relative_to(ROOT / "iqs") or "migrations" in path.parts:
            continue
        silent += [
            f"{name(path)}:{node.name}"
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert not silent


def test_the_lock_names_no_address():
    """The lock carries versions and hashes; where packages come from is the machine's business."""
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
    assert re.search(r"^sqlalchemy==\S+ \\\n\s+--hash=sha256:", text, re.MULTILINE)
