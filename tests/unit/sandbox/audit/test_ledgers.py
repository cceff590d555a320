"""The balance names every kind of loss, and only real ones."""

import pytest

from sandbox.audit.ledgers import Content, Identity, LakeBook, RedditBook, StreamBook, balance

T = "2021-01-28T14:30:00.000Z"
SAID = Content("comment", "live", 12, score_hidden=False, peak_score=12, body="hold")
REDDIT = {
    "served": ("t1_a", "t1_b", "t3_p"),
    "read": ("t1_a", "t1_b", "t3_p"),
    "kept_expected": ("t1_a",),
    "reached": ("t1_a",),
    "unasked": (),
    "gone": (),
}


def reddit(**changes):
    return RedditBook(**{name: frozenset(ids) for name, ids in (REDDIT | changes).items()})


def stream(ids=("t1_a", "t1_b", "t3_p"), qualified=("t1_a", "t3_p")):
    return StreamBook(
        ids=frozenset(ids),
        qualified={Identity(one, T): SAID for one in qualified},
        kept_comments=frozenset(one for one in qualified if one.startswith("t1")),
        qualified_records=len(qualified),
        records=len(ids),
        gaps=0,
    )


def lake(ids=("t1_a", "t3_p"), said=SAID, **changes):
    sets = {"kept": ("t1_a",), "live": ("t1_a",), "gone": ()}
    contents = {Identity(one, T): said for one in ids}
    book = {"rows": len(ids)} | {name: frozenset(found) for name, found in sets.items()}
    given = {name: frozenset(v) if name in sets else v for name, v in changes.items()}
    return LakeBook(contents, **(book | given))


def test_a_run_in_order_has_no_problems():
    """Everything served was read, acknowledged, kept where it had to be, once."""
    account = balance(reddit(), stream(), lake())
    assert account.problems == ()
    assert (account.missing, account.duplicates, account.recall_true) == (0, 0, 1.0)
    assert account.kept == account.kept_expected == 1


@pytest.mark.parametrize(
    ("books", "word"),
    [
        (
            (
                reddit(served=("t1_a", "t1_b", "t3_p", "t1_x"), read=("t1_a", "t1_b", "t3_p")),
                stream(),
                lake(),
            ),
            "never read",
        ),
        (
            (
                reddit(
                    served=("t1_a", "t1_b", "t3_p", "t1_x"),
                    unasked=("t1_x",),
                    read=("t1_a", "t1_b", "t3_p"),
                ),
                stream(),
                lake(),
            ),
            "before the producer asked",
        ),
        ((reddit(), stream(ids=("t1_a", "t3_p")), lake()), "never acknowledged"),
        ((reddit(), stream(), lake(ids=("t1_a",))), "not in the lake"),
        ((reddit(), stream(), lake(rows=3)), "more than once"),
        ((reddit(kept_expected=("t1_a", "t1_b")), stream(), lake()), "not kept"),
        ((reddit(), stream(), lake(live=("t1_a", "t1_b"))), "without reason"),
        ((reddit(), stream(), lake(kept=("t1_a", "t1_b"))), "without reason"),
        ((reddit(), stream(), lake(ids=("t1_a", "t1_b", "t3_p"))), "never sent or passed"),
        ((reddit(gone=("t1_b",)), stream(), lake()), "no tombstone"),
        (
            (reddit(), stream(), lake(ids=("t1_a", "t3_p"), said=SAID._replace(score=None))),
            "as it was sent",
        ),
    ],
)
def test_each_wrong_is_named(books, word):
    """One thing out of order makes exactly one problem that says which."""
    account = balance(*books)
    assert len(account.problems) == 1
    assert word in account.problems[0]
    losses = ("never read", "before the producer asked", "never acknowledged")
    losses += ("not in the lake", "no tombstone")
    assert account.missing == (word in losses)


def test_a_tombstone_of_a_comment_below_the_minimum_is_not_wrongly_kept():
    """Tombstones pass the filter, so a row that was never live proves nothing."""
    account = balance(
        reddit(), stream(qualified=("t1_a", "t1_b", "t3_p")), lake(ids=("t1_a", "t1_b", "t3_p"))
    )
    assert account.problems == ()


def test_recall_counts_what_truly_reached_the_minimum():
    """A comment that reached it unseen lowers recall, but is nobody's loss."""
    account = balance(reddit(reached=("t1_a", "t1_b")), stream(), lake())
    assert account.recall_true == 0.5
    assert account.problems == ()


def test_recall_of_nothing_is_unknown():
    """No comment reached the minimum: there is no share to tell."""
    assert balance(reddit(reached=()), stream(), lake()).recall_true is None
