"""What AWS publishes of the embedded metric format, as rules that a line keeps or breaks.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import re
from itertools import chain

UNITS = re.compile(
    "Seconds|Microseconds|Milliseconds|((Kilo|Mega|Giga|Tera)?(bit|byte)s|Bits|Bytes)(/Second)?"
    "|Percent|Count(/Second)?|None"
)
# its namespace is one of letters, digits and these; a colon at the start is AWS' own
NAMESPACE = re.compile(r"[\w./#-][\w./#:-]{0,254}")
LINE_BYTES_MAX = 256 * 1024


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


def problems(text):
    """Return what CloudWatch would not take of a log line."""
    line = json.loads(text, parse_constant=refuse)
    found = [] if len(text.encode()) <= LINE_BYTES_MAX else ["the line is too long"]
    metadata = line.get("_aws", {})
    if set(metadata) != {"Timestamp", "CloudWatchMetrics"}:
        return [*found, f"metadata has {sorted(metadata)}"]
    if type(metadata["Timestamp"]) is not int:
        found.append("Timestamp is no whole number of milliseconds")
    directives = metadata["CloudWatchMetrics"]
    return found + list(chain.from_iterable(_of_directive(one, line) for one in directives))


def _of_directive(directive, line):
    if set(directive) != {"Namespace", "Dimensions", "Metrics"}:
        yield f"a directive has {sorted(directive)}"
        return
    if not NAMESPACE.fullmatch(directive["Namespace"]):
        yield "the namespace is none"
    if not directive["Dimensions"]:
        yield "there is no set of dimensions"
    for dimensions in directive["Dimensions"]:
        if len(dimensions) > 30:
            yield "more than 30 dimensions"
        yield from (
            f"dimension {name} is no text"
            for name in dimensions
            if not (isinstance(line.get(name), str) and 1 <= len(line[name]) <= 1024)
        )
    yield from _of_metrics(directive["Metrics"], line)


def _of_metrics(metrics, line):
    if not 1 <= len(metrics) <= 100:
        yield f"{len(metrics)} metrics"
    if len({metric["Name"] for metric in metrics}) != len(metrics):
        yield "a metric is named twice"
    for metric in metrics:
        if not set(metric) <= {"Name", "Unit", "StorageResolution"} or not metric["Name"]:
            yield f"a metric has {sorted(metric)}"
        if not UNITS.fullmatch(metric.get("Unit", "None")):
            yield f"{metric['Name']} has no unit of CloudWatch's: {metric['Unit']}"
        value = line.get(metric["Name"])
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield f"{metric['Name']} has no figure: {value}"
