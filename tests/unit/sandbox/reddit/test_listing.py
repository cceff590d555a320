from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.reddit.listing import Listings, Query
from sandbox.reddit.realism import PERFECT, Realism
from sandbox.reddit.record import COMMENT
from tests.support.reddit_builders import START, comment, world

LATER = START + 10_000


def listings_of(count, realism=PERFECT, **last):
    comments = [comment(f"c{i}", i) for i in range(count - 1)]
    return Listings(world(*comments, comment(f"c{count - 1}", count - 1, **last), realism=realism))


def ids(page):
    return [thing.fullname.removeprefix("t1_c") for thing in page.things]


def read_all(listings, limit):
    page = listings.page(COMMENT, Query(limit=limit), LATER)
    read = ids(page)
    while page.after is not None:
        page = listings.page(COMMENT, Query(limit=limit, after=page.after), LATER)
        read += ids(page)
    return read


def test_before_gives_what_is_next_above_its_anchor():
    """Not the newest: with a limit, those just above the anchor."""
    page = listings_of(6).page(COMMENT, Query(limit=2, before="t1_c1"), LATER)
    assert ids(page) == ["3", "2"]


def test_a_deleted_anchor_gives_an_empty_page():
    """No error tells the client that it will never see anything again."""
    listings = listings_of(5, changes=[(START + 100, "[deleted]", None, False)])
    assert ids(listings.page(COMMENT, Query(after="t1_c4"), START + 99)) == ["3", "2", "1", "0"]
    assert listings.page(COMMENT, Query(after="t1_c4"), START + 100).things == []
    assert listings.page(COMMENT, Query(before="t1_c4"), START + 100).things == []


def test_a_late_thing_takes_its_old_place():
    """It appears below what is newer: a client that looks only at the top misses it."""
    realism = Realism(late_share=1, disorder_share=0, cache_seconds=0)
    place = world(*(comment(f"c{i}", i) for i in range(50)), realism=realism)
    listings = Listings(place)
    delays = [place.appears_at[t.fullname] - t.created for t in place.things.values()]
    assert 0 <= min(delays) < 2
    assert 15 < max(delays) <= 20
    early = ids(listings.page(COMMENT, Query(limit=100), START + 30))
    late = ids(listings.page(COMMENT, Query(limit=100), START + 100))
    assert late == [str(i) for i in range(49, -1, -1)]
    assert early == [i for i in late if i in early]
    assert max(map(int, early)) > min(map(int, set(late) - set(early)))


def test_a_listing_is_as_old_as_its_cache():
    """Two seconds of the clock; a deletion shows nevertheless."""
    listings = listings_of(10, Realism(late_share=0, disorder_share=0, cache_seconds=2))
    seen = [len(listings.page(COMMENT, Query(), START + t).things) for t in (3, 4.9, 5, 5.1, 7)]
    assert seen == [4, 4, 6, 6, 8]


def test_disorder_is_slight():
    """Neighbours change places; nobody moves far."""
    realism = Realism(late_share=0, disorder_share=0.5, cache_seconds=0)
    listings = Listings(world(*(comment(f"c{i}", i) for i in range(90)), realism=realism))
    shown = [int(i) for i in ids(listings.page(COMMENT, Query(limit=100), LATER))]
    assert sorted(shown) == list(range(90))
    moved = [abs(place - (89 - i)) for place, i in enumerate(shown)]
    assert 0 < max(moved) <= 5


@settings(deadline=None)  # building a world takes longer on a busy machine
@given(limit=st.integers(1, 100), count=st.integers(1, 120))
def test_paging_by_after_reads_everything_once(limit, count):
    """Whatever the page's size."""
    assert read_all(listings_of(count), limit) == [str(i) for i in range(count - 1, -1, -1)]


def test_nonsense_in_a_query_means_the_default():
    """As Reddit reads it."""
    assert Query.of({"limit": "many", "after": ""}) == Query()
    assert Query.of({"limit": "1000"}).limit == 100
