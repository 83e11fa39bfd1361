import json

import numpy as np
import pytest

from gazekit.foundations.errors import DataError
from gazekit.verify.eccnet import reference_backbone, verify_eccnet

VARIANTS = {
    "ivsn": {
        "eccentricity": False,
        "pooling": "max",
        "levels": [0, 0, 1],
        "level_weights": "max",
        "item_masks": True,
        "inhibition_px": 10,
    }
}


def content(**changes):
    """A file of the layout at its smallest: the search goes to its only item, and its map is 0 elsewhere."""
    image = np.full((20, 20, 3), 30, np.uint8)
    image[12:18, 2:8] = 220
    items = np.zeros((1, 20, 20), dtype=bool)
    items[0, 10:, :10] = True
    whole = {
        "image": image,
        "target": image[12:18, 2:8],
        "target_mask": items[0],
        "item_masks": items,
        "parameters": json.dumps(
            {"background": 30, "dog": [[3, 0], [5, 1]], "margin": 64, "max_fixations": 2, "variants": VARIANTS}
        ),
        "ivsn_fixations_rowcol": np.array([[10, 10], [12, 2]]),
        **changes,
    }
    return {k: v for k, v in whole.items() if v is not None}


def written(folder, **changes):
    path = folder / "reference.npz"
    np.savez(path, **content(**changes))
    return path


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("which", ["a", "b", "e"])
def test_the_official_codes_outputs(data_root, which):
    outcome = verify_eccnet(data_root / "reference" / f"eccnet_official_{which}.npz")
    assert outcome.passed, str(outcome)
    assert outcome.figure < 1e-5


def test_the_reference_weights():
    backbone = reference_backbone()
    kernels = np.random.default_rng(1002).standard_normal((128, 64, 3, 3)) * np.sqrt(2 / (9 * 64))
    assert np.array_equal(backbone.stages[1].parts[0].layers[0].weight.numpy(), kernels.astype(np.float32))
    assert [stage.stride for stage in backbone.stages] == [1, 2, 4, 8, 16]


def test_other_fixations_and_maps_fail(tmp_path):
    outcome = verify_eccnet(written(tmp_path, ivsn_fixations_rowcol=np.array([[10, 10], [0, 0]])))
    assert not outcome.passed
    assert "differ from number 1" in str(outcome)
    assert "some fixations differ" in outcome.notes[0]
    rows = verify_eccnet(written(tmp_path, ivsn_map0=np.full((168, 168), 1.0, np.float32)))
    assert not rows.passed
    assert rows.rows[0][1] == "map 0"
    wrong_size = verify_eccnet(written(tmp_path, ivsn_map0=np.ones((100, 100), np.float32)))
    assert wrong_size.figure == float("inf")


def test_a_file_that_agrees_passes(tmp_path):
    fixations = _ours(tmp_path)
    outcome = verify_eccnet(written(tmp_path, ivsn_fixations_rowcol=fixations))
    assert outcome.passed
    assert outcome.rows[0][:4] == ("ivsn", "none", 1, "identical")


def _ours(folder):
    from gazekit.verify import eccnet

    path = written(folder)
    read = eccnet._read(path)
    parameters = eccnet._parameters(path, read)
    found, _ = eccnet._search(path, read, parameters, "ivsn", VARIANTS["ivsn"], reference_backbone(), 0)
    return found


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": None}, "has no 'image'; it is not a file of eccNET reference outputs"),
        ({"target_mask": np.ones((3, 3), bool)}, r"'target_mask' has the shape \(3, 3\), which does not fit"),
        ({"item_masks": np.ones((20, 20), bool)}, r"'item_masks' has the shape \(20, 20\)"),
        ({"parameters": "not JSON"}, "'parameters' is not the JSON text"),
        ({"parameters": json.dumps({"variants": {}})}, "has no variants"),
        ({"ivsn_fixations_rowcol": None}, "has no fixations of 'ivsn'"),
        (
            {"parameters": json.dumps({"variants": {"ivsn": {"levels": [1, 1, 1]}}})},
            "describes the variant 'ivsn' in another way than the reference layout",
        ),
    ],
)
def test_files_of_another_layout(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        verify_eccnet(written(tmp_path, **changes))


def test_no_file_and_no_archive(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        verify_eccnet(tmp_path / "none.npz")
    text = tmp_path / "text.npz"
    text.write_text("hello")
    with pytest.raises(DataError, match="cannot be read as an archive of arrays"):
        verify_eccnet(text)
