"""Options of a loader: which there are, and of which kind their values must be."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from gazekit.datasets import load_dataset
from gazekit.datasets.loader_options import check_options
from gazekit.foundations.errors import GazekitError


def loader(
    root,
    *,
    whole: int = 1,
    switch: bool = False,
    number: float | None = None,
    folder: str | Path | None = None,
    sizes: int | Sequence[int] | None = None,
    order: Literal["up", "down"] = "up",
):
    raise AssertionError("only its signature is looked at")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"whole": 3, "switch": True, "number": 2, "folder": "x", "sizes": (1, 2)},
        {"whole": np.int64(3), "switch": np.bool_(True), "number": np.float32(2)},
        {"order": "down"},
        {"number": None, "folder": Path("x"), "sizes": "the loader says what is wrong with it"},
    ],
)
def test_what_fits(options):
    check_options("d", [loader], options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hole": 3}, "data set 'd' has no option 'hole'; it has folder, number, order, sizes, switch, whole"),
        ({"whole": 1.5}, "option whole of data set 'd' must be a whole number, not 1.5; its options are folder, n"),
        ({"whole": True}, "must be a whole number, not True"),
        ({"switch": 1}, "must be true or false, not 1"),
        ({"switch": "perhaps"}, "must be true or false, not 'perhaps'"),
        ({"number": "much"}, "must be a number or None, not 'much'"),
        ({"number": True}, "must be a number or None, not True"),
        ({"order": "left"}, "option order of data set 'd' must be 'up' or 'down', not 'left'"),
        ({"folder": 3}, "must be a name or a path or None, not 3"),
    ],
)
def test_what_does_not(options, message):
    with pytest.raises(GazekitError, match=message):
        check_options("d", [loader], options)


def test_loaders_are_asked():
    with pytest.raises(GazekitError, match="option blocks of data set 'shelves' must be true or false, not 'perhaps'"):
        load_dataset("shelves", blocks="perhaps")
