import orjson

from sandbox.reddit.escape import escape_texts


def test_texts_are_escaped_unless_asked_not_to_be():
    """Three characters, in every text, at any depth."""
    body = orjson.dumps({"a": ["<b> & 'c'"], "n": 1})
    assert orjson.loads(escape_texts(body)) == {"a": ["&lt;b&gt; &amp; 'c'"], "n": 1}
