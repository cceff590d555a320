"""The README says what is: its tables are derived, and it stays short enough to be read."""

from pathlib import Path

from tools.readme_tables import TABLE, TABLES, rendered

README = Path(__file__).parents[2] / "README.md"
LINES_MOST = 200


def test_its_tables_are_fresh():
    """Fields and Terraform inputs are what the contract and the composition say."""
    text = README.read_text(encoding="utf-8")
    assert {found[2] for found in TABLE.finditer(text)} == set(TABLES)
    assert rendered(text) == text


def test_it_can_be_read_in_one_sitting():
    """Under 200 lines, tables included."""
    assert len(README.read_text(encoding="utf-8").splitlines()) < LINES_MOST
