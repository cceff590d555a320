"""Logs: JSON lines on stdout, an event with fields; never a body or an author."""

from __future__ import annotations

import logging

import structlog


def log_json() -> None:
    """Set structlog up; calling it again changes nothing."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=True,
    )


def log_warnings_only() -> None:
    """Keep a command's output free of events that only an operator wants."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
