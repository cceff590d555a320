"""The state table in memory: what tests/contract holds against the emulator's DynamoDB."""

from producer.errors import AwsUnavailableError, LeaseLostError
from producer.state.item import Key


class MemoryState:
    """Items by key with the fencing number of their writer; `down`: takes nothing."""

    def __init__(self, fence_of=lambda _subreddit: 1):
        self.rows = {}
        self.fence_of = fence_of
        self.down = False
        self.before_call = lambda _operation, _key: None
        self.after_call = lambda: None

    def load(self, subreddit):
        self._call("load", None)
        return [
            item._replace(key=Key(subreddit, key.name))
            for key, (item, _fence) in self.rows.items()
            if key.subreddit.lower() == subreddit.lower()
        ]

    def put(self, items):
        for item in items:
            self._write("put", item.key)
            self.rows[item.key] = (item, self.fence_of(item.key.subreddit))
            self.after_call()

    def write(self, checkpoint):
        self.put(checkpoint.puts)
        for key in checkpoint.deleted:
            self._write("delete", key)
            self.rows.pop(key, None)
            self.after_call()
        self.put(checkpoint.cursors)

    def names(self):
        return {key.name for key in self.rows}

    def item(self, name):
        (found,) = (item for key, (item, _) in self.rows.items() if key.name == name)
        return found

    def _write(self, operation, key):
        self._call(operation, key)
        _item, fence = self.rows.get(key, (None, 0))
        if fence > self.fence_of(key.subreddit):
            raise LeaseLostError("another producer has written")

    def _call(self, operation, key):
        self.before_call(operation, key)
        if self.down:
            raise AwsUnavailableError("DynamoDB is down")


def key(name, subreddit="wallstreetbets"):
    return Key(subreddit, name)
