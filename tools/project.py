"""Project: where things lie in the checkout."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
REQUIREMENTS = PROJECT / "requirements"
BUILD = PROJECT / "build"
TOOLS = BUILD / "tools"  # what was installed because the machine had none
VENV = PROJECT / ".venv"
VENV_FLINK = PROJECT / ".venv-flink"
