"""What a kill takes with it is what was answered shortly before it."""

from sandbox.audit.deaths import Death, forgotten_places, lost_places


def test_answers_shortly_before_a_death_may_be_lost_or_forgotten():
    """And what was still sent to the dead one; by the wall, so that no clock's speed matters."""
    deaths = [Death(100.0, in_hands_seconds=0.5, unsaved_seconds=3.0), Death(200.0, 0.5, 3.0)]
    walls = [96.9, 97.1, 99.4, 99.6, 100.4, 100.6, 197.1, 199.6, 300.0]
    assert lost_places(walls, deaths) == {3, 4, 7}
    assert forgotten_places(walls, deaths) == {1, 2, 3, 4, 6, 7}
    assert lost_places(walls, []) == forgotten_places(walls, []) == set()
