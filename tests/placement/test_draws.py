import numpy as np

from placement.draws import Keyed


def test_a_key_gives_the_same_lot_for_ever() -> None:
    """Stored attempts are replayed by it."""
    assert Keyed((1, 15), 300).lots().tolist() == [0.4584538575172724]
    assert Keyed((1, 15), 2).lots().tolist() == [0.4584538575172724]


def test_lots_are_even_over_seeds_and_over_answers() -> None:
    for keys in ([(seed, 7) for seed in range(4000)], [(7, n) for n in range(4000)]):
        lots = np.sort([Keyed(key, 1).lots()[0] for key in keys])
        # Kolmogorov's distance stays below 1.63 / √4000 in 99 of 100 samples.
        assert np.abs(lots - (np.arange(4000) + 0.5) / 4000).max() < 1.63 / 4000**0.5
        assert 0 <= lots[0] <= lots[-1] < 1
        assert np.unique(lots).size == 4000


def test_numbers_of_items_are_those_of_a_chosen_examinee() -> None:
    draws = Keyed((3, 1), 5)
    np.testing.assert_array_equal(draws.of_items(), draws.of_items(np.array([True])))
    assert draws.of_items().shape == (1, 5)
    assert draws.of_items(np.array([False])).shape == (0, 5)
