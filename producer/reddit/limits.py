"""Limits: what Reddit shows at most, and under which names."""

LISTINGS = ("comments", "new")
PAGE_SIZE = 100
LISTING_ITEMS = 1000
FULL_LISTING = 900  # from here on a listing may have been cut: it holds about 1,000
INFO_IDS = 100  # fullnames in one /api/info request
THREAD_ITEMS = 500  # comments in one page of a thread
