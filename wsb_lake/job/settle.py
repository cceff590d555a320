"""Settle: one run of the job for a person, told in a sentence."""

import logging

from clock import clock_from_environment
from telemetry import Log
from wsb_lake.aws import plain_words
from wsb_lake.errors import LakeSettingsError, LockHeldError
from wsb_lake.events import LakeRunDone, LakeRunSkipped
from wsb_lake.job.every_chore import CHORES
from wsb_lake.job.lake_job import LakeJob
from wsb_lake.settings import JobSettings


def job_of(settings: JobSettings) -> LakeJob:
    """Return the job as a person runs it, its log in silence; raises LakeSettingsError."""
    try:
        clock = clock_from_environment()
    except ValueError as error:
        raise LakeSettingsError(str(error)) from None
    return LakeJob(settings, clock, Log(least=logging.WARNING), CHORES)


def settle_once(settings: JobSettings) -> LakeRunDone:
    """Take in what has landed and do what is due; raises a LakeError."""
    job = job_of(settings)
    with plain_words(settings):
        done = job.run()
    if isinstance(done, LakeRunSkipped):
        raise LockHeldError(f"{done.reason}: try again when it is done")
    return done


def sentence_of(done: LakeRunDone) -> str:
    """Return what a run did, for a person."""
    appended = ", ".join(f"{count:,} {table}" for table, count in done.appended.items())
    return (
        f"{done.objects:,} landed objects with {done.read:,} lines taken in: appended {appended}; "
        f"{done.duplicates_dropped:,} duplicates dropped, {done.rejected:,} lines rejected; "
        f"{done.seconds:.1f} s"
    )
