"""Entry point: Managed Flink runs this file from the root of the application's zip."""

import os
import sys
from pathlib import Path

from flink_app.application import run
from flink_app.errors import ApplicationError


def main() -> int:
    """Run the application; a mistake is one sentence and a status other than 0."""
    try:
        run(os.environ, Path(__file__).parent)
    except ApplicationError as error:
        sys.stderr.write(f"flink_app: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
