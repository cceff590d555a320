from sandbox.aws.environment import ChildEnvironment


def test_children_do_not_see_the_account_at_the_keyboard(monkeypatch, tmp_path):
    """Credentials, settings and Python paths are withheld; ours are given."""
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setenv("WSB_SUBREDDIT", "other")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    found = ChildEnvironment("http://127.0.0.1:1", tmp_path / "clock").of("eu-west-1", WSB_X="y")
    assert not {"AWS_PROFILE", "WSB_SUBREDDIT", "PYTHONPATH"} & found.keys()
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert found["WSB_CLOCK_FILE"] == str(tmp_path / "clock")
    assert (found["AWS_REGION"], found["AWS_DEFAULT_REGION"]) == ("eu-west-1",) * 2
    assert found["WSB_X"] == "y"
