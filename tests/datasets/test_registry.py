"""Data sets by name, and the options of their loaders."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from gazekit.datasets import datasets, load_dataset
from gazekit.datasets.registry import check_options
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError

PUBLISHED = [name for name in datasets if not datasets[name].made_here]


def test_all_cards_of_the_package_are_registered():
    assert len(PUBLISHED) > 5
    assert len(list(datasets)) == len(list(datasets.file("osie").parent.glob("*.toml")))


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_options_of_all_published_sets_are_checked(name, tmp_path):
    with pytest.raises(GazekitError, match="option px_per_degree of .* must be a number or None, not 'small'"):
        load_dataset(name, tmp_path, px_per_degree="small")
    with pytest.raises(GazekitError, match="option outside of .* must be 'keep' or 'clip' or 'drop', not 'trim'"):
        load_dataset(name, tmp_path, outside="trim")


class FakeEntryPoint:
    """What an installed package declares as `[project.entry-points."gazekit.datasets"]`."""

    name = "theirs"

    def __init__(self, card):
        self.card = card

    def load(self):
        return self.card


def test_another_package_names_its_card(tmp_path, monkeypatch):
    content = datasets.file("bookcovers").read_text()
    content = content.replace("gazekit.datasets.published.bookcovers:load", "theirs:load")
    (tmp_path / "theirs.toml").write_text(content)
    (tmp_path / "theirs.py").write_text(
        "from gazekit import Trial\n"
        "def load(folder, *, shift: float = 0):\n"
        "    frame = folder.frame(100, 50)\n"
        "    folder.trials.append(Trial('a', 'a', frame))\n"
        "    folder.add_path([1 + shift], [2], None, frame, stimulus='a')\n"
        "    return folder.dataset()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(datasets, "_found", {"theirs": FakeEntryPoint(tmp_path / "theirs.toml")})
    assert "theirs" in list(datasets)
    assert datasets["theirs"].title == datasets["bookcovers"].title
    data = load_dataset("theirs", tmp_path, shift=300, outside="drop")
    assert (data.name, data.card.name, len(data.scanpaths.x)) == ("theirs", "theirs", 0)
    assert data.dropped == {
        "points outside the image (dropped)": 1,
        "scanpaths left without a point (kept, empty)": 1,
    }


def test_a_card_that_is_no_toml_is_named(tmp_path, monkeypatch):
    (tmp_path / "theirs.toml").write_text("title = ")
    monkeypatch.setattr(datasets, "_found", {"theirs": FakeEntryPoint(tmp_path / "theirs.toml")})
    with pytest.raises(DataError, match=r"the card of the data set 'theirs', .*theirs\.toml, cannot be read"):
        datasets["theirs"]


def test_a_wrong_name_gets_the_closest_one():
    with pytest.raises(UnknownNameError, match="no data set called 'coco-search'; did you mean 'coco-search18'"):
        load_dataset("coco-search", ".")


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_root_that_is_not_there_is_named_with_layout_and_origin(name, tmp_path):
    with pytest.raises(DataError, match=r"there is no folder .*nowhere.* it should hold") as caught:
        load_dataset(name, tmp_path / "nowhere")
    assert datasets[name].where in str(caught.value)


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_empty_folder_is_refused_with_the_missing_file(name, tmp_path):
    with pytest.raises(DataError, match=r"does not hold the data set .*: (there is no|.* is missing)"):
        load_dataset(name, tmp_path)


def test_no_root_at_all_is_a_sentence():
    with pytest.raises(DataError, match="'osie' needs its folder"):
        load_dataset("osie", None)


def test_an_unknown_option_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(GazekitError, match="'osie' has no option 'outsid'; it has outside, px_per_degree"):
        load_dataset("osie", tmp_path, outsid="drop")


def test_importing_the_room_imports_nothing_heavy():
    code = (
        "import sys, gazekit.datasets\n"
        "print([gazekit.datasets.datasets[name].title for name in gazekit.datasets.datasets])\n"
        "heavy = {'scipy', 'skimage', 'pooch', 'requests', 'matplotlib', 'numba', 'pyarrow.parquet'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


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
