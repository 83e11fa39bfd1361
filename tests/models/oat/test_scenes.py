import numpy as np
import pytest

from gazekit.core.trials import Objects
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError
from gazekit.models.oat.scenes import batch_of, scene_of
from gazekit.models.object_search.layout import cell_size


def test_a_grid_has_whole_cells(shelf, tiny_config):
    scene = scene_of(shelf(3, 4, 5), tiny_config())
    assert scene.places == pytest.approx(np.array([[r, c] for r in range(3) for c in range(4)]))
    assert scene.start == pytest.approx([1, 1.5])


def test_start_is_in_cells(shelf, tiny_config):
    scene = scene_of(shelf(2, 3, start=(60.0, 30.0)), tiny_config())
    assert scene.start == pytest.approx([0, 1])


def test_cells_of_an_irregular_layout():
    centres = np.array([[0.0, 0.0], [1.0, 50.0], [0.5, 103.0], [30.0, 20.0], [31.0, 75.0]])
    height, width = cell_size(centres, np.full((5, 2), 20.0))
    assert 28 < height < 32
    assert 20 <= width <= 55


def test_one_object(shelf, tiny_config):
    scene = scene_of(shelf(1, 1), tiny_config())
    assert scene.places.tolist() == [[0.0, 0.0]]


def test_crops_come_from_the_image_or_from_the_objects(shelf, tiny_config):
    config = tiny_config(appearance="crops")
    trial = shelf()
    cut = scene_of(trial, config).crops
    assert cut.shape == (6, 48, 30, 3)
    x0, y0, x1, y1 = trial.objects.boxes[4].astype(int)
    own = [trial.image[y0:y1, x0:x1]] * 6
    given = scene_of(shelf(image_source=None, objects=Objects(trial.objects.boxes, crops=own)), config).crops
    assert np.array_equal(given[0], cut[4])


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ([10.0, 10, 10, 20], r"box 1 is empty \(\[10.0, 10.0, 10.0, 20.0\]\); a box is left, top, right, bottom"),
        ([10.0, 10, np.nan, 20], "box 1 is empty"),
        ([500.0, 10, 520, 20], r"box 1 .* has its centre outside the frame of 120 x 120 px; are the boxes in px"),
    ],
)
def test_bad_boxes(shelf, tiny_config, box, message):
    boxes = shelf().objects.boxes.copy()
    boxes[1] = box
    with pytest.raises(DataError, match=message):
        scene_of(shelf(objects=Objects(boxes)), tiny_config())


def test_what_a_trial_lacks(shelf, tiny_config):
    with pytest.raises(MissingNeedError, match=r"need 'objects' \(their boxes\), and trial 'shelf' has none"):
        scene_of(shelf(objects=None), tiny_config())
    with pytest.raises(MissingNeedError, match="does not say; give target_object"):
        scene_of(shelf(target_object=None), tiny_config())
    with pytest.raises(DataError, match="the target is object 6, and there are objects 0 to 5"):
        scene_of(shelf(target=6), tiny_config())
    with pytest.raises(DataError, match="trial 'shelf' has no object"):
        scene_of(shelf(objects=Objects(np.empty((0, 4)))), tiny_config())
    with pytest.raises(
        MissingNeedError,
        match="OAT needs to see.*neither an 'image' nor crops of its objects; use a net",
    ):
        scene_of(shelf(image_source=None), tiny_config(appearance="crops"))
    with pytest.raises(MissingNeedError, match="needs a picture of the target, and trial 'shelf' has none"):
        scene_of(shelf(), tiny_config(appearance="crops", target_crop="separate"))


def test_a_box_beyond_the_image_itself(shelf, tiny_config):
    from gazekit import Frame, Trial

    trial = shelf()
    wide = Trial("w", "w", Frame(400, 120), image_source=trial.image, target_object=0, objects=Objects(
        np.vstack([trial.objects.boxes, [300.0, 10, 320, 20]])))  # fmt: skip
    with pytest.raises(DataError, match="a box holds no pixel of the image"):
        scene_of(wide, tiny_config(appearance="crops"))


def test_500_objects(shelf, tiny_network):
    network = tiny_network(width=128)
    encoded = network.encode(batch_of([scene_of(shelf(20, 25, 499), network.config)]))
    assert encoded.encoded.shape == (1, 501, 128)
    with pytest.raises(GazekitError, match="a scene is 25 cells long, and an OAT of width 64 encodes at most 9; use a"):
        tiny_network().encode(batch_of([scene_of(shelf(20, 25, 499), network.config)]))


def test_the_same_picture_on_several_shelves_is_kept_once(shelf, tiny_config):
    config = tiny_config(appearance="crops", crop_height=24, crop_width=16, target_crop="separate")
    scenes = [scene_of(shelf(2, 3, k, f"s{k}", target_source=np.zeros((24, 16, 3), np.uint8)), config) for k in (0, 1)]
    batch = batch_of(scenes)
    for row, scene in enumerate(scenes):
        shown = batch.crops[batch.crop_of[row]].permute(0, 2, 3, 1).numpy() * 0.25 + 0.5
        assert np.allclose(shown * 255, scene.crops, atol=1e-3)
    assert len(batch.crops) <= 7 < 14  # six of each shelf, the same on both, and one picture of the target
    assert batch.target_crop_of[0] == batch.target_crop_of[1]
