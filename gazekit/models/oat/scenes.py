"""From trials and people's paths to what the network is given: places in cells, crops of one size, batches, labels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import MissingNeedError
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.network import SceneBatch
from gazekit.models.object_search.crops import crops_of
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.object_search.layout import ObjectLayout, layout_of

IGNORED = -1  # label of a step after a path's end


@dataclass(frozen=True)
class Scene(ObjectLayout):
    """One trial as the network sees it: where its objects are, and their pictures.

    `target` is 0 where neither the trial says which object it is nor the network is told.

    Parameters
    ----------
    crops : (P, h, w, 3) uint8, optional
        Objects, all brought to one size.
    target_crop : (h, w, 3) uint8, optional
        The trial's own picture of the target.
    """

    crops: np.ndarray | None = None
    target_crop: np.ndarray | None = None


def needs_of(config: OatConfig) -> tuple[str, ...]:
    """Fields of a trial without which a network of this configuration cannot predict.

    Examples
    --------
    >>> needs_of(OatConfig())
    ('objects', 'target_object')
    >>> needs_of(OatConfig(target_position="hidden", target_crop="separate"))
    ('objects', 'target')
    """
    sees = config.target and config.appearance == "crops"
    place = config.target and config.target_position == "given"
    object_ = ("target_object",) if place or (sees and config.target_crop == "scene") else ()
    return ("objects", *object_, *(("target",) if sees and config.target_crop == "separate" else ()))


def scene_of(trial: Trial, config: OatConfig) -> Scene:
    """Read a trial.

    Parameters
    ----------
    trial : Trial
        With what `needs_of` names; with an image, or crops of the objects, if the network sees them.
    config : OatConfig
        Of the network.

    Returns
    -------
    Scene

    Raises
    ------
    MissingNeedError
        The trial lacks objects, the target among them, or a picture that the network needs.
    DataError
        Boxes that are empty or outside the frame, or a target that is no object.
    """
    layout, needs = layout_of(trial), needs_of(config)
    if layout.target < 0 and "target_object" in needs:
        raise MissingNeedError(
            f"OAT needs to know which object is the target, and trial {trial.id!r} does not say; give target_object"
        )
    crops = target_crop = None
    if config.appearance == "crops":
        size = (config.crop_height, config.crop_width)
        pictures = crops_of(trial, "OAT", "use a network trained with appearance='none'")
        crops = np.stack([_resize(picture, size) for picture in pictures])
        if "target" in needs:
            if not trial.has("target"):
                raise MissingNeedError(
                    f"OAT with target_crop='separate' needs a picture of the target, and trial {trial.id!r} has none"
                )
            target_crop = _resize(trial.target, size)
    return Scene(**vars(layout) | {"target": max(layout.target, 0)}, crops=crops, target_crop=target_crop)


def batch_of(scenes: Sequence[Scene], reflections: Sequence[int] | np.ndarray | None = None) -> SceneBatch:
    """Pad scenes to the most objects; mirror them where told.

    Parameters
    ----------
    scenes : sequence of Scene
        Any numbers of objects.
    reflections : sequence of int, optional
        Per scene: 0 as shown, 1 mirrored left-right, 2 up-down, 3 both. Places are mirrored, pictures are not.

    Returns
    -------
    SceneBatch
    """
    turns = np.zeros(len(scenes), dtype=np.int64) if reflections is None else np.asarray(reflections, dtype=np.int64)
    places, start = [], []
    for scene, turn in zip(scenes, turns, strict=True):
        flip, last = np.array([turn & 2, turn & 1], dtype=bool), scene.places.max(0)
        places.append(torch.from_numpy(np.where(flip, last - scene.places, scene.places)))
        start.append(np.where(flip, last - scene.start, scene.start))
    crops = crop_of = target_crop_of = None
    if scenes[0].crops is not None:
        album: dict[bytes, int] = {}  # number of each picture that differs from those before it

        def numbers(pictures: Iterable[Any]) -> Tensor:
            return torch.tensor([album.setdefault(picture.tobytes(), len(album)) for picture in pictures])

        crop_of = pad_sequence([numbers(scene.crops) for scene in scenes], batch_first=True)  # type: ignore[arg-type]
        if scenes[0].target_crop is not None:
            target_crop_of = numbers(scene.target_crop for scene in scenes)
        different = np.stack([np.frombuffer(picture, np.uint8) for picture in album])
        pictures = torch.from_numpy(different.reshape(-1, *scenes[0].crops.shape[1:])).permute(0, 3, 1, 2)
        crops = (pictures.float() / 255 - 0.5) / 0.25  # about -2 to 2
    return SceneBatch(
        pad_sequence(places, batch_first=True).float(),
        pad_sequence([torch.ones(len(scene), dtype=torch.bool) for scene in scenes], batch_first=True),
        torch.tensor([s.target for s in scenes]),
        torch.from_numpy(np.stack(start)).float(),
        crops,
        crop_of,
        target_crop_of,
        torch.from_numpy(turns),
    )


def _resize(crop: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    if crop.shape[:2] == size:
        return crop
    return np.asarray(Image.fromarray(crop).resize(size[::-1], Image.Resampling.BILINEAR))


@dataclass(frozen=True)
class ObjectPaths:
    """Scenes, and the paths that people made on them.

    Parameters
    ----------
    scenes : sequence of Scene
        Each trial once.
    paths : sequence of (n,) int64
        Objects fixated, from 1 (the network's numbers), at least one.
    scene_of_path : (k,) int64
        Which scene each path belongs to.
    rows : (k,) int64
        Row of each path in the data set's scanpaths.
    """

    scenes: Sequence[Scene]
    paths: Sequence[np.ndarray]
    scene_of_path: np.ndarray
    rows: np.ndarray

    @classmethod
    def from_dataset(cls, dataset: Dataset, config: OatConfig, *, rule: str = "nearest") -> "ObjectPaths":
        """Read a data set as `human_paths` does; `config` is the network's.

        Raises
        ------
        DataError
            As `human_paths`.
        MissingNeedError
            A trial lacks something that the network needs.
        """
        people = human_paths(dataset, rule)
        used = {path.trial for path in people}
        trials = [trial for trial in dataset.trials if trial.id in used]
        place = {trial.id: number for number, trial in enumerate(trials)}
        return cls(
            [scene_of(trial, config) for trial in trials],
            [path.objects + 1 for path in people],
            np.array([place[path.trial] for path in people]),
            np.array([path.row for path in people]),
        )

    def select(self, scenes: np.ndarray) -> "ObjectPaths":
        """Keep some scenes (indices) and their paths."""
        new = {int(k): n for n, k in enumerate(scenes)}
        kept = [k for k, s in enumerate(self.scene_of_path) if int(s) in new]
        return ObjectPaths(
            [self.scenes[int(k)] for k in scenes],
            [self.paths[k] for k in kept],
            np.array([new[int(self.scene_of_path[k])] for k in kept], dtype=np.int64),
            self.rows[kept],
        )

    def longest(self) -> int:
        """Fixations of the longest path."""
        return max(map(len, self.paths))


def padded(paths: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Decoder input and labels of paths of unequal length.

    Parameters
    ----------
    paths : sequence of (n,) int64
        Objects from 1.

    Returns
    -------
    inputs : (B, T) int64
        0 after a path's end.
    labels : (B, T + 1) int64
        The next object, then 0 (the end), then -1.

    Examples
    --------
    >>> inputs, labels = padded([np.array([4, 2]), np.array([3])])
    >>> inputs.tolist(), labels.tolist()
    ([[4, 2], [3, 0]], [[4, 2, 0], [3, 0, -1]])
    """
    inputs = pad_sequence([torch.from_numpy(path) for path in paths], batch_first=True)
    ended = [torch.from_numpy(np.append(path, 0)) for path in paths]
    return inputs, pad_sequence(ended, batch_first=True, padding_value=IGNORED)
