"""Properties: what Managed Flink hands to the application, as one checked value."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from flink_app.errors import PropertiesError
from flink_app.qualification import FILTER_MODES, FilterMode

GROUP = "wsb"
PATH_VARIABLE = "WSB_FLINK_PROPERTIES"
SERVICE_PATH = "/etc/flink/application_properties.json"
InitialPosition = Literal["TRIM_HORIZON", "LATEST"]

DEFAULTS: Mapping[str, str] = {
    "initial_position": "TRIM_HORIZON",
    "min_score": "10",
    "filter_mode": "sticky",
}
_NAME = r"[a-zA-Z0-9_.-]"
_RULES: Mapping[str, tuple[str, str]] = {
    "region": (r"[a-z]{2}(?:-[a-z]+)+-[0-9]", "must be a region like us-east-1"),
    "stream_name": (_NAME + "{1,128}", "must be the name of a Kinesis stream"),
    "initial_position": (
        "|".join(get_args(InitialPosition)),
        "must be " + " or ".join(get_args(InitialPosition)),
    ),
    "observations_delivery_stream": (_NAME + "{1,64}", "must be the name of a Firehose stream"),
    "dead_letters_delivery_stream": (_NAME + "{1,64}", "must be the name of a Firehose stream"),
    "min_score": ("-?[0-9]{1,9}", "must be a whole number"),
    "filter_mode": ("|".join(FILTER_MODES), "must be " + " or ".join(FILTER_MODES)),
}


@dataclass(frozen=True, slots=True)
class Properties:
    """The property group `wsb`; names are safe to write into SQL."""

    region: str
    stream_name: str
    initial_position: InitialPosition
    observations_delivery_stream: str
    dead_letters_delivery_stream: str
    min_score: int
    filter_mode: FilterMode


def load_properties(environment: Mapping[str, str]) -> Properties:
    """Read the file that the service, or the environment, names; PropertiesError says all."""
    path = Path(environment.get(PATH_VARIABLE, SERVICE_PATH))
    try:
        groups = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise PropertiesError(
            f"there are no properties at {path}: set {PATH_VARIABLE} to a file with the"
            f" property group `{GROUP}`"
        ) from error
    except (OSError, ValueError) as error:
        raise PropertiesError(f"the properties at {path} cannot be read: {error}") from error
    return parse_properties(_group(groups, path))


def parse_properties(given: Mapping[str, object]) -> Properties:
    """Check the group's values; PropertiesError tells all mistakes at once."""
    values = {**DEFAULTS, **{key: str(value) for key, value in given.items()}}
    mistakes = [f"{key} is missing" for key in _RULES if key not in values]
    mistakes += [f"{key} is not known" for key in values if key not in _RULES]
    mistakes += [
        f"{key} {rule}, not {values[key]!r}"
        for key, (pattern, rule) in _RULES.items()
        if key in values and not re.fullmatch(pattern, values[key])
    ]
    if mistakes:
        raise PropertiesError(f"property group `{GROUP}`: {'; '.join(mistakes)}")
    checked: dict[str, Any] = {**values, "min_score": int(values["min_score"])}
    return Properties(**checked)


def _group(groups: object, path: Path) -> Mapping[str, object]:
    for group in groups if isinstance(groups, list) else ():
        if isinstance(group, dict) and group.get("PropertyGroupId") == GROUP:
            values = group.get("PropertyMap")
            if isinstance(values, dict):
                return values
    raise PropertiesError(f"the properties at {path} have no property group `{GROUP}`: add it")
