"""Update: an application's configuration after an UpdateApplication."""

import copy

from sandbox.aws.flink.life import Body


def updated(description: Body, update: Body) -> Body:
    """Return the configuration's description with an ApplicationConfigurationUpdate applied."""
    result = copy.deepcopy(description)
    _update_flink(result, update.get("FlinkApplicationConfigurationUpdate") or {})
    groups = (update.get("EnvironmentPropertyUpdates") or {}).get("PropertyGroups")
    if groups is not None:
        result["EnvironmentPropertyDescriptions"] = {"PropertyGroupDescriptions": groups}
    snapshots = update.get("ApplicationSnapshotConfigurationUpdate")
    if snapshots is not None:
        result["ApplicationSnapshotConfigurationDescription"] = _renamed(snapshots)
    location = (
        (update.get("ApplicationCodeConfigurationUpdate") or {}).get("CodeContentUpdate") or {}
    ).get("S3ContentLocationUpdate")
    if location is not None:
        content = result["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
        content.setdefault("S3ApplicationCodeLocationDescription", {}).update(_renamed(location))
    return result


def _update_flink(result: Body, update: Body) -> None:
    for part in ("Checkpoint", "Monitoring", "Parallelism"):
        change = update.get(f"{part}ConfigurationUpdate")
        if not change:
            continue
        flink = result.setdefault("FlinkApplicationConfigurationDescription", {})
        described = flink.setdefault(f"{part}ConfigurationDescription", {})
        described.update(_renamed(change))
        if part == "Parallelism":
            described.setdefault("Parallelism", 1)
            described["CurrentParallelism"] = described["Parallelism"]


def _renamed(update: Body) -> Body:
    return {name.removesuffix("Update"): value for name, value in update.items()}
