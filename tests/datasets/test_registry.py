import subprocess
import sys

import pytest

from gazekit.datasets import datasets, load_dataset
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError

BUILT_IN = ["bookcovers", "coco-search18", "interiors", "object-arrays", "osie", "waldo"]


def test_the_six_published_sets_are_registered():
    assert set(BUILT_IN) <= set(datasets)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_entry_has_a_loader_with_the_common_options_and_a_card(name):
    entry = datasets[name]
    assert {"px_per_degree", "outside"} <= set(entry.loader.__kwdefaults__)
    assert entry.card.name == name


def test_a_wrong_name_gets_the_closest_one():
    with pytest.raises(UnknownNameError, match="no data set called 'coco-search'; did you mean 'coco-search18'"):
        load_dataset("coco-search", ".")


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_root_that_is_not_there_is_named_with_layout_and_origin(name, tmp_path):
    with pytest.raises(DataError, match=r"there is no folder .*nowhere.* it should hold") as caught:
        load_dataset(name, tmp_path / "nowhere")
    assert "http" in str(caught.value)


@pytest.mark.parametrize("name", BUILT_IN)
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
        "heavy = {'scipy', 'skimage', 'pooch', 'requests', 'matplotlib', 'numba', 'pyarrow.parquet'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
