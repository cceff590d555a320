"""Telemetry: what a log line may say, what is measured, and where it is written."""

from telemetry.event import Event
from telemetry.log import Log
from telemetry.metrics import Metric, Unit

__all__ = ["Event", "Log", "Metric", "Unit"]
