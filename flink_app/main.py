"""Entry point: Managed Flink runs this file from the root of the application's zip."""

import os
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
# the zip's packages, whoever starts this file and from where
sys.path.insert(0, str(HOME / "python"))

from flink_app.application import run  # noqa: E402 - found only now
from flink_app.errors import ApplicationError  # noqa: E402


def main() -> int:
    """Run the application; a mistake is one sentence and a status other than 0."""
    try:
        run(os.environ, HOME)
    except ApplicationError as error:
        sys.stderr.write(f"flink_app: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
