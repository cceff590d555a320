"""A boto3 Kinesis client in memory; tests/contract holds it against the emulator."""

from tests.support.producer_fakes import client_error

# AWS': botocore's kinesis/2013-12-02 service model, and the developer guide's "Handle large
# records" for the default size of one
PUT_RECORDS_MOST = 500
PUT_RECORDS_BYTES = 10_485_760
RECORD_BYTES = 1_048_576
KEY_CHARACTERS = 256
THROTTLED, FAILED = "ProvisionedThroughputExceededException", "InternalFailure"
ENTRY_CODES = (THROTTLED, FAILED)  # of a 200's entries


class FakeKinesis:
    """One shard in memory, and faults that a test plans.

    `plan` holds what the next calls meet: places that fail, an error code, an exception, or a
    function of the call's keys that returns one of these; an empty plan means success.
    """

    def __init__(self):
        self.records = []
        self.calls = []
        self.plan = []
        self.always = lambda _keys: set()

    def put_records(self, *, StreamName, Records):
        keys = [record["PartitionKey"] for record in Records]
        self._check(StreamName, Records)
        self.calls.append(keys)
        meets = self.plan.pop(0) if self.plan else self.always
        if callable(meets):
            meets = meets(keys)
        if isinstance(meets, Exception):
            raise meets
        if isinstance(meets, str):
            raise client_error(meets, "PutRecords")
        results = []
        for place, record in enumerate(Records):
            if place in meets:
                code = meets[place] if isinstance(meets, dict) else ENTRY_CODES[place % 2]
                results.append({"ErrorCode": code, "ErrorMessage": "slow down"})
                continue
            self.records.append((record["PartitionKey"], record["Data"]))
            number = str(len(self.records))
            results.append({"SequenceNumber": number, "ShardId": "shardId-000000000000"})
        return {"FailedRecordCount": len(meets), "Records": results}

    def _check(self, name, records):
        if name != "observations":
            raise client_error("ResourceNotFoundException", "PutRecords")
        sizes = [len(each["Data"]) + len(each["PartitionKey"].encode()) for each in records]
        keys = [len(each["PartitionKey"]) for each in records]
        wrong = not 1 <= len(records) <= PUT_RECORDS_MOST or max(sizes) > RECORD_BYTES
        if wrong or min(keys) < 1 or max(keys) > KEY_CHARACTERS:
            raise client_error("ValidationException", "PutRecords")
        if sum(sizes) > PUT_RECORDS_BYTES:
            raise client_error("InvalidArgumentException", "PutRecords")
