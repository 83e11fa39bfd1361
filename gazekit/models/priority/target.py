"""What is sought: a picture of it, and how similar each place of the image is to that, on several scales.

References
----------
Zhang, Feng, Ma, Lim, Zhao, Kreiman (2018), Finding any Waldo with zero-shot invariant and efficient visual search,
Nature Communications 9: features of the target's picture are compared with those of each place.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.priority.features import FeatureReader, side_of_square
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import BLURS, WINDOWS, PriorityConfig
from gazekit.models.target_pictures import cut_out, no_larger

GREY = 128  # around the target's picture
NEEDS = {"": (), "picture": ("target",), "box": ("target_box",), "category": ("task",), "text": ("task",)}  # of a trial


def category_of(trial: Trial) -> str:
    """Name of what is sought: what the task says after the colon, as in "search: fork"; "" where it has none.

    Examples
    --------
    >>> from gazekit import Frame
    >>> category_of(Trial("t", "t", Frame(9, 9), task="search: fork"))
    'fork'
    """
    return (trial.task or "").partition(":")[2].strip()


def categories_of(datasets: Sequence[Dataset]) -> list[str]:
    """Names of all that is sought.

    Raises
    ------
    DataError
        Nothing is sought by name.
    """
    names = sorted({category_of(trial) for each in datasets for trial in each.trials} - {""})
    if not names:
        raise DataError('no trial names what is sought: a task such as "search: fork" does')
    return names


def check_text(target: str, reader: FeatureReader) -> None:
    """Refuse a text to seek without an encoder that reads it, and such an encoder without a text.

    Raises
    ------
    GazekitError
        One of these.
    """
    if target == "text":
        _ = reader.encoder
    elif reader.reads_text:
        raise GazekitError(
            f"backbone {reader.backbone!r} names an encoder of text, and what is sought is not known by one; leave "
            f"text/{reader.reads_text} out, or give target text"
        )


def has_target(trial: Trial, config: PriorityConfig) -> bool:
    """Whether a trial has what the network must know of the target."""
    return (
        bool(config.target)
        and all(map(trial.has, NEEDS[config.target]))
        and not (config.target in ("category", "text") and not category_of(trial))
    )


def sought(
    trial: Trial, config: PriorityConfig, reader: FeatureReader, grid: Grid, *, swapped: bool = False
) -> tuple[Tensor | None, int]:
    """What `PriorityNetwork.look` must know of a trial's target: maps of similarity, or the number of a category.

    Parameters
    ----------
    trial, config, reader, grid
        The trial has what the configuration asks for.
    swapped : bool
        Seek something else: see `picture_of`; or the next category in the order of names. Not of a text.
    """
    if config.target == "text":
        return text_maps(trial, reader, grid), -1
    if config.target == "category":
        number = category_number(trial, config)
        return None, (number + swapped) % len(config.categories)
    return similarity_maps(trial.image, picture_of(trial, config.target, swapped=swapped), reader, grid), -1


def category_number(trial: Trial, config: PriorityConfig) -> int:
    """Number of what is sought among the categories that were learned.

    Raises
    ------
    GazekitError
        It is none of them.
    """
    name = category_of(trial)
    if name not in config.categories:
        raise GazekitError(
            f"trial {trial.id!r} seeks {name!r}, and priority has learned to seek {', '.join(config.categories)}; "
            f"choose trials of these, or no_target=True"
        )
    return config.categories.index(name)


def picture_of(trial: Trial, target: str, *, swapped: bool = False) -> np.ndarray:
    """Picture of what is sought, (h, w, 3) uint8, in px of the image.

    Parameters
    ----------
    trial : Trial
        With a picture of the target, or its box.
    target : {"picture", "box"}
        Which of them counts.
    swapped : bool
        Of something else in the same image: of the first object that is not the target, or, where the trial has no
        objects, of a piece of the target's size that does not touch the target's box, drawn by the trial's id.

    Raises
    ------
    GazekitError
        It is larger than the image, or its box lies outside.
    MissingNeedError
        There is no box to cut it from.
    """
    image = trial.image
    if target == "picture" and not swapped:
        return no_larger(trial, image, trial.target)
    if trial.target_box is None:
        raise MissingNeedError(
            f"trial {trial.id!r} has no 'target_box', which says where the target is: without it nothing else can be "
            f"sought (swap_target), nor its picture cut out of the image"
        )
    box = _other_box(trial) if swapped else trial.target_box
    return no_larger(trial, image, cut_out(trial, image, box))


def _other_box(trial: Trial) -> Box:
    """Box of something that is not the target."""
    own = trial.target_box
    assert own is not None  # noqa: S101 -- `picture_of` has looked
    if trial.objects is not None:
        x, y = own.centre
        for x0, y0, x1, y1 in trial.objects.boxes.tolist():
            if not (x0 <= x <= x1 and y0 <= y <= y1):
                return Box(x0, y0, x1, y1)
    wide, high = own.x1 - own.x0, own.y1 - own.y0
    room = max(trial.frame.width - wide, 0.0), max(trial.frame.height - high, 0.0)
    places = keyed_rng(0, "priority swapped target", trial.id).random((1000, 2)) * room
    apart = (np.abs(places - [own.x0, own.y0]) >= [wide, high]).any(1)
    if not apart.any():
        raise GazekitError(f"trial {trial.id!r}: the image has no room for another piece of the target's size")
    x0, y0 = places[int(apart.argmax())].tolist()
    return Box(x0, y0, x0 + wide, y0 + high)


def similarity_maps(image: np.ndarray, sought: np.ndarray, reader: FeatureReader, grid: Grid) -> Tensor:
    """How similar each cell's surroundings are to a picture.

    For each level of features the cosine with the picture's patch of features, and with its mean; then the normalised
    cross-correlation of grey values, at several blurs. A cell has the best place in it. Each map has mean 0 and
    standard deviation 1; one that tells no places apart is 0.

    Parameters
    ----------
    image : (H, W, 3) uint8
        What is shown.
    sought : (h, w, 3) uint8
        Not larger, in the same px.
    reader : FeatureReader
        Of the features, which also sees the picture on grey, as large as the image.
    grid : Grid
        The cells.

    Returns
    -------
    (similarities, rows, columns) float32
        In the order of `PriorityConfig.similarities`.
    """
    height, width = image.shape[:2]
    high, wide = sought.shape[:2]
    top, left = (height - high) // 2, (width - wide) // 2
    alone = np.full_like(image, GREY)
    alone[top : top + high, left : left + wide] = sought
    box = np.array([top / height, (top + high) / height, left / width, (left + wide) / width])
    maps = []
    for shown, template in zip(reader.of_image(image), reader.of_image(alone), strict=True):
        maps += _cosines(shown.float(), template.float(), box, grid)
    grey = _grey(image, sought, reader)
    maps += [functional.adaptive_max_pool2d(each[None], grid.shape)[0] for each in grey]
    return _standardised(torch.stack(maps))


@torch.inference_mode()
def text_maps(trial: Trial, reader: FeatureReader, grid: Grid) -> Tensor:
    """How similar each cell's surroundings are to the words that a trial's task has after its colon.

    Squares of the image, half a square apart, are embedded by the encoder, and compared with the embedding of the text
    (cosine); a cell has what lies between the nearest. Each map has mean 0 and standard deviation 1; one that tells no
    places apart is 0.

    Parameters
    ----------
    trial : Trial
        With an image and a task.
    reader : FeatureReader
        With an encoder of text.
    grid : Grid
        The cells.

    Returns
    -------
    (windows, rows, columns) float32
        In the order of `PriorityConfig.similarities`.

    Raises
    ------
    GazekitError
        There are none, more than the encoder reads, or such as it makes nothing of.
    """
    words, encoder = category_of(trial), reader.encoder
    if not words:
        raise GazekitError(f"trial {trial.id!r} names nothing to seek: its task is {trial.task!r}; give search: fork")
    if not encoder.reads(words):
        raise GazekitError(
            f"trial {trial.id!r} seeks {words!r}, of which the encoder {encoder.name!r} can make nothing; name another "
            f"encoder behind text/, or leave the trial out"
        )
    tokens, limit = encoder.token_count(words)
    if tokens > limit:
        raise GazekitError(
            f"what trial {trial.id!r} seeks has {tokens} tokens, and the encoder {encoder.name!r} reads {limit}: say "
            f"it in fewer words"
        )
    text = functional.normalize(encoder.text([words])[0], dim=0)
    maps = []
    for share, squares in zip(WINDOWS, reader.squares_of(trial.image, WINDOWS), strict=True):
        sides = trial.image.shape[:2]
        side = side_of_square(min(sides), share)
        at = [
            ((torch.arange(many) + 0.5) / many * length - side / 2) / max(1, length - side) * 2 - 1
            for many, length in zip(grid.shape, sides, strict=True)
        ]
        where = torch.stack(torch.meshgrid(*at, indexing="ij")[::-1], -1)[None].float()
        likeness = (squares @ text)[None, None]
        maps.append(functional.grid_sample(likeness, where, padding_mode="border", align_corners=True)[0, 0])
    return _standardised(torch.stack(maps))


def _standardised(maps: Tensor) -> Tensor:
    centred = maps - maps.mean((1, 2), keepdim=True)
    return centred / centred.std((1, 2), keepdim=True, correction=0).clamp(min=1e-3)


def _cosines(shown: Tensor, template: Tensor, box: np.ndarray, grid: Grid) -> list[Tensor]:
    """Of one level: with the patch of the template in `box` (top, bottom, left, right; shares of the sides)."""
    rows, columns = shown.shape[1:]
    mean = shown.mean((1, 2), keepdim=True)
    deviation = shown.std((1, 2), keepdim=True, correction=0).clamp(min=1e-3)
    shown, template = (shown - mean) / deviation, (template - mean) / deviation
    first_row, last_row = _span(box[0] * rows, box[1] * rows, rows)
    first_column, last_column = _span(box[2] * columns, box[3] * columns, columns)
    patch = template[:, first_row:last_row, first_column:last_column]
    high, wide = patch.shape[1:]
    power = functional.conv2d((shown**2).sum(0)[None, None], torch.ones(1, 1, high, wide))[0, 0]
    together = functional.conv2d(shown[None], patch[None])[0, 0]
    whole = together / (power.sqrt() * patch.norm()).clamp(min=1e-6)
    average = functional.normalize(patch.mean((1, 2)), dim=0)
    mean_cosine = torch.einsum("chw,c->hw", functional.normalize(shown, dim=0), average)
    return [
        _in_cells(whole, (high, wide), (rows, columns), grid),
        _in_cells(mean_cosine, (1, 1), (rows, columns), grid),
    ]


def _span(first: float, last: float, size: int) -> tuple[int, int]:
    """Whole cells from about `first` to `last`: at least one."""
    begin = min(max(round(first), 0), size - 1)
    return begin, max(begin + 1, min(size, begin + max(1, round(last - first))))


def _in_cells(response: Tensor, patch: tuple[int, int], size: tuple[int, int], grid: Grid) -> Tensor:
    """The best of four places in each cell of the grid; a response belongs to the middle of its patch."""
    at = []
    for many, whole, length, out in zip(grid.shape, size, patch, response.shape, strict=True):
        middle = (torch.arange(2 * many) + 0.5) / (2 * many) * whole - length / 2
        at.append((middle + 0.5) / out * 2 - 1)
    where = torch.stack(torch.meshgrid(*at, indexing="ij")[::-1], -1)[None].float()
    sampled = functional.grid_sample(response[None, None], where, padding_mode="border", align_corners=False)
    return functional.max_pool2d(sampled, 2)[0, 0]


def _grey(image: np.ndarray, sought: np.ndarray, reader: FeatureReader) -> list[Tensor]:
    """Normalised cross-correlations of grey values, at the size of the network's input."""
    from PIL import Image
    from scipy.ndimage import gaussian_filter
    from skimage.feature import match_template

    high, wide = reader.recipes[0].size(*image.shape[:2])
    scale = high / image.shape[0], wide / image.shape[1]
    small = [
        max(1, min(side, round(own * by))) for own, by, side in zip(sought.shape, scale, (high, wide), strict=False)
    ]
    shown, template = (
        np.asarray(Image.fromarray(picture).convert("L").resize(size[::-1], Image.Resampling.BILINEAR), np.float64)
        for picture, size in ((image, (high, wide)), (sought, small))
    )
    out = []
    for blur in BLURS:
        a, b = (gaussian_filter(each, blur, mode="nearest") if blur else each for each in (shown, template))
        out.append(torch.from_numpy(match_template(a, b, pad_input=True).astype(np.float32)))
    return out
