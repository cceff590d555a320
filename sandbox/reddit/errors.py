"""Errors of the sandbox's Reddit.

RedditSandboxError          the message is one sentence that says what to do
├── DataFileError           the file of things cannot be played: correct it or give another
└── GeneratorError          the generated day cannot be made: change its settings
"""


class RedditSandboxError(Exception):
    """A person can correct this; the message says how."""


class DataFileError(RedditSandboxError):
    """The file of things is missing, broken or empty."""


class GeneratorError(RedditSandboxError):
    """The settings of a generated day contradict themselves."""
