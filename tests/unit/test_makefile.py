"""The Makefile runs every test: what it looks for by words is marked by these words, and where it looks."""
from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
QUIET = "mark." + "quiet"


def test_what_is_quiet_is_marked_where_make_looks() -> None:
    """`make test` imports for the quiet tests those files alone that bear the mark: no conftest.py and no list elsewhere gives it to others."""
    assert f"--include=test_*.py {QUIET} $(or $(TESTS),tests)" in (ROOT / "Makefile").read_text(encoding="utf-8")
    marked = [path.name for path in (ROOT / "tests").rglob("*.py") if QUIET in path.read_text(encoding="utf-8")]
    assert marked and [name for name in marked if not name.startswith("test_")] == []
