"""Telemetry: what a log line may say, and where it is written."""

from telemetry.event import Event
from telemetry.log import Log

__all__ = ["Event", "Log"]
