"""Errors of the Flink application, each one sentence that says what to do.

ApplicationError
├── PropertiesError   the properties file is missing or wrong: fix it, start again
├── LocalRunError     this machine lacks something, or the environment says it wrong
└── JobFailedError    Flink gave the job up; the sentence carries the root cause
"""


class ApplicationError(Exception):
    """What ends the application; its text is shown to a person."""


class PropertiesError(ApplicationError):
    """The property groups cannot be used."""


class LocalRunError(ApplicationError):
    """The application cannot run on this machine as it is."""


class JobFailedError(ApplicationError):
    """The job ended though nobody stopped it."""
