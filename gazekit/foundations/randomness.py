"""Random numbers by key: the same (seed, key) gives the same draws whatever else is computed, and in which order."""

import hashlib

import numpy as np

from gazekit.foundations.errors import check_whole


def keyed_rng(seed: int, *key: str | int) -> np.random.Generator:
    """Return a random generator that depends on `seed` and `key` only.

    Parameters
    ----------
    seed : int
        The seed of the run.
    *key : str or int
        What the draws are for, from general to particular: for instance model, trial id, sample.

    Returns
    -------
    numpy.random.Generator
        A Philox generator. Philox is counter based and part of NumPy's stream-compatibility promise, so the raw bits
        are the same on every machine.

    Raises
    ------
    GazekitError
        A seed that is no whole number.

    Examples
    --------
    >>> float(keyed_rng(0, "uniform", "trial-1", 0).random()) == float(keyed_rng(0, "uniform", "trial-1", 0).random())
    True
    >>> float(keyed_rng(0, "a", "b").random()) == float(keyed_rng(0, "ab").random())
    False
    """
    check_whole("seed", seed)
    parts = [f"{type(part).__name__}:{len(str(part))}:{part}" for part in (int(seed), *key)]
    digest = hashlib.blake2b("|".join(parts).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
