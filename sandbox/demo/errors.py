"""Errors of a demo run.

DemoError                 says in one sentence what is wrong and what to do
├── SetupError            something that the run needs is not there
├── StalledError          the pipeline stopped moving; names the log to read
└── StoppedError          one of the demo's processes ended by itself
"""


class DemoError(Exception):
    """A run that cannot go on; its text is one sentence for the person who started it."""


class SetupError(DemoError):
    """Something the run needs is missing or refused to start."""


class StalledError(DemoError):
    """Nothing moved for longer than anything here should take."""


class StoppedError(DemoError):
    """A process that should run has ended."""
