"""Errors of the lake: each message is one sentence for a person, saying what to do.

LakeError
├── LakeSettingsError  stop: the environment is wrong; all mistakes at once
├── LakeMissingError   stop: the database or a table is not there yet
├── SchemaChangedError stop: a table's column no longer has the contract's type
├── ForeignDeletesError stop: another engine hid rows by marking them; rewrite the table with it
├── RedriveError       fix or retry: nothing that was set aside is lost
├── AccessError        retry later or fix: credentials, rights, or the endpoint
├── QueryError         fix the SQL
├── ClockAheadError    fix: this machine's clock
├── LockHeldError      skip: another run is at work and will do it
└── LockLostError      stop: another run took over; what was committed stays, repeating is safe
"""


class LakeError(Exception):
    """Anything the lake can explain to a person in one sentence."""


class LakeSettingsError(LakeError):
    """The environment or the options are wrong; the message lists every mistake."""


class LakeMissingError(LakeError):
    """The Glue database, or a table in it, does not exist yet."""


class SchemaChangedError(LakeError):
    """A table's column has another type than the contract gives it."""


class ForeignDeletesError(LakeError):
    """A file holds rows that another engine deleted by marking them; nothing was changed."""


class RedriveError(LakeError):
    """What was set aside could not be sent again; all of it is still there."""


class AccessError(LakeError):
    """AWS could not be reached, or refused; nothing was changed."""


class QueryError(LakeError):
    """DuckDB refused the SQL; the message is its own first line."""


class ClockAheadError(LakeError):
    """This machine's clock is ahead of S3's; nothing was begun."""


class LockHeldError(LakeError):
    """Another run holds the lock."""


class LockLostError(LakeError):
    """The lock expired and another run took it."""
