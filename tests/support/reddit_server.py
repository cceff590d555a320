"""The sandbox's Reddit on a real socket, and the recorded exchanges it is held against."""

import asyncio
import json
import threading
import time
from contextlib import contextmanager

import httpx
import praw
import uvicorn

from clock import FileClock
from sandbox.audit import read_reddit
from sandbox.reddit.app import create_app
from sandbox.reddit.ledger import Ledger
from sandbox.reddit.quota import ClientQuota
from sandbox.reddit.realism import PERFECT
from sandbox.reddit.world import World

USER_AGENT = "linux:wsb-stream-tests:0.1 (by /u/nobody)"

HOUR = 3600
# a minute into a window of the quota: prawcore, which sleeps on the wall, sees no need to
NOW = HOUR + 60


class Stage:
    """A world, the server that shows it, the clock both go by, and clients of it."""

    def __init__(self, world, clock, url):
        self.world = world
        self.clock = clock
        self.url = url

    def at(self, age_seconds):
        self.clock.set(self.world.start_at + age_seconds, 0)

    def praw(self, **settings):
        settings = {"client_id": "sandbox", "client_secret": "sandbox"} | settings
        return praw.Reddit(
            user_agent=USER_AGENT, reddit_url=self.url, oauth_url=self.url, **settings
        )

    def ask_token(self, client=("sandbox", "sandbox"), user_agent=USER_AGENT, **form):
        form = {"grant_type": "client_credentials"} | form
        headers = {"user-agent": user_agent}
        url = f"{self.url}/api/v1/access_token"
        return httpx.post(url, auth=client, data=form, headers=headers)

    def client(self, **headers):
        token = self.ask_token().json()["access_token"]
        headers = {"user-agent": USER_AGENT, "authorization": f"bearer {token}"} | headers
        return httpx.Client(base_url=self.url, headers=headers)

    def fault(self, **order):
        self.post("faults", order)

    def fault_off(self):
        httpx.delete(f"{self.url}/_sandbox/faults").raise_for_status()

    def post(self, page, order):
        httpx.post(f"{self.url}/_sandbox/{page}", json=order).raise_for_status()

    def status(self):
        return httpx.get(f"{self.url}/_sandbox/status").json()

    def ledger(self):
        return read_reddit(self.url, min_score=10)


@contextmanager
def staged(folder, things, realism=PERFECT, requests_per_window=1000):
    """Serve things to one client until the block ends."""
    world = World(things, realism)
    clock = FileClock.create(folder / "clock", world.start_at)
    app = create_app(world, clock, Ledger(10), ClientQuota(requests_per_window))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Stage(world, clock, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join()


class Exchange:
    """One recorded request with the answer Reddit gave."""

    def __init__(self, stem):
        self.meta = json.loads(stem.with_name(f"{stem.name}.meta.json").read_text())
        self.text = next(stem.parent.glob(f"{stem.name}.body.*")).read_text()
        self.status = self.meta["status"]["code"]
        self.headers = {name.lower(): value[0] for name, value in self.meta["headers"].items()}
        self.url = httpx.URL(self.meta["uri"])

    @property
    def json(self):
        return json.loads(self.text)


def exchanges(folder, pattern="*"):
    """Return the exchanges of a recording whose names fit, in order."""
    stems = sorted(path.name.removesuffix(".meta.json") for path in folder.glob("*.meta.json"))
    return [Exchange(folder / stem) for stem in stems if pattern in ("*", stem[4:-4])]


def all_of(kind, answer):
    """Return the data of every thing of a kind, at any depth of an answer."""
    if isinstance(answer, dict):
        found = [answer["data"]] if answer.get("kind") == kind else []
        return found + [data for value in answer.values() for data in all_of(kind, value)]
    if isinstance(answer, list):
        return [data for value in answer for data in all_of(kind, value)]
    return []


def types_of(datas):
    types = {}
    for data in datas:
        for name, value in data.items():
            types.setdefault(name, set()).add(type(value).__name__)
    return types


def in_all(datas):
    return set.intersection(*(set(data) for data in datas))


def live(stage, kind):
    now = stage.clock.now()
    things = stage.world.things.values()
    return [t for t in things if t.kind == kind and t.created <= now and t.state_at(now) == "live"]
