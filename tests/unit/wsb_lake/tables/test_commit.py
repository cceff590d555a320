import pytest
from pyiceberg.exceptions import CommitFailedException, ValidationException

from wsb_lake.tables.commit import ATTEMPTS, committed


@pytest.mark.parametrize(
    ("others", "calls"), [(0, 1), (3, 4), (ATTEMPTS - 1, ATTEMPTS), (99, ATTEMPTS)]
)
def test_a_commit_is_made_again_while_others_come_first(others, calls):
    """The last error is raised when that was so too often; any other error at once."""
    made = []

    def attempt():
        made.append(1)
        if len(made) <= others:
            raise CommitFailedException
        return "done"

    if others < ATTEMPTS:
        assert committed(attempt) == "done"
    else:
        with pytest.raises(CommitFailedException):
            committed(attempt)
    assert len(made) == calls


def test_another_error_is_raised_at_once():
    made = []

    def attempt():
        made.append(1)
        raise ValidationException

    with pytest.raises(ValidationException):
        committed(attempt)
    assert len(made) == 1
