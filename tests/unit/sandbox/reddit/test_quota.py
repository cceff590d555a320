from sandbox.reddit.quota import ClientQuota


def test_a_window_gives_as_many_requests_as_it_says():
    """The next window starts at the clock's edge, with all of them."""
    quota = ClientQuota(requests=3, window_seconds=600)
    assert [quota.take(1190 + i) for i in range(5)] == [True, True, True, False, False]
    assert quota.take(1200)


def test_headers_tell_what_is_left_and_until_when():
    """`remaining` has a fraction, the other two have none."""
    quota = ClientQuota()
    quota.take(1201)
    assert quota.headers(1201.5) == {
        "x-ratelimit-remaining": "999.0",
        "x-ratelimit-used": "1",
        "x-ratelimit-reset": "599",
    }
