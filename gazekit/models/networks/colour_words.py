"""An encoder that reads captions with nothing to download: it knows the names of colours, and nothing else."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from gazekit.foundations.errors import GazekitError
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.network import Preprocessing

TERMS = ("black", "white", "grey", "red", "green", "blue", "yellow", "orange", "brown", "pink", "purple")
DIMENSIONS = (*TERMS, "light", "dark")
LIGHTNESS = {
    "light": ("light", "lights", "bright", "brightly", "shiny", "lit", "sunlit", "sunny", "pale"),
    "dark": ("dark", "darkness", "dim", "shadow", "shadows", "shade", "shaded", "night"),
}
SPREAD = 8.0  # standard deviation of a name around its colour, CIELAB units
LIMITS = (75.0, 25.0)  # L* from which a place is light, and up to which it is dark, with soft edges of
EDGE = 5.0
LATTICE = 21  # colours per axis of the table; between them it is interpolated
CELLS = 14  # places per side
LONGEST = 4  # words of the longest colour name


def encoder(name: str, weights: None = None) -> Encoder:
    """The encoder "colour-words"."""
    return ColourWords()


class ColourWords(Encoder):
    """Shares of named colours of an image, and the colours that a caption names: two sides of one embedding.

    Nothing is learned and nothing is downloaded. It understands colours only: of "a red car beside a dog" it reads
    "red". It is for trying captions out, for the tutorial and for tests; results that are to be compared with papers
    need an encoder that understands sentences (`open_clip:RN50-quickgelu`).

    What colours are called comes from the XKCD colour survey, in which some hundred thousand people named colours on
    their own screens; its 949 names and their sRGB values come with matplotlib. A name belongs to the basic colour term
    (Berlin and Kay's eleven) in which it ends: "brick red" to red, "bluish grey" to grey.

    * Image: at each pixel, each term's share is its mean kernel exp(-d^2 / (2 * 8^2)) over its names, d the distance in
      CIELAB, divided by the sum over terms. It is multiplied by how good an example of the term the colour is, squared:
      chroma / 100 for the colours, L* / 100 for white, 1 - L* / 100 for black, 1 - chroma / 100 for grey. A blurred red
      spot is larger and still called red; squares make it count less than a sharp one, as they do for contrasts. Two
      more numbers say whether the pixel is light (L* above 75) or dark (below 25), with soft edges. The embedding is
      the mean over places.
    * Caption: the longest names found in it, up to four words. A name that ends in a basic term is that term; any other
      ("crimson", "navy", "grass" - what people gave as a name of a colour) is the shares of its own colour. Words for
      light and dark are the last two numbers. All that is found counts the same, once each.

    Examples
    --------
    >>> encoder = ColourWords()
    >>> red = torch.zeros(1, 3, 32, 32)
    >>> red[:, 0] = 0.9
    >>> DIMENSIONS[int(encoder(red).argmax())]
    'red'
    >>> [DIMENSIONS[int(v.argmax())] for v in encoder.text(["The scarlet bus", "a navy blue coat", "at night"])]
    ['red', 'blue', 'dark']

    References
    ----------
    Berlin and Kay (1969), Basic color terms. Munroe (2010), Color survey results, blog.xkcd.com; the names are public
    domain (CC0).
    """

    outputs = ("embedding",)
    spatial = True
    has_text = True
    table: Tensor

    def __init__(self, size: int = 112) -> None:
        text = "none (names of colours, nothing learned)"
        super().__init__("colour-words", text, Preprocessing(size=size), any_shape=True)
        self.register_buffer("table", torch.from_numpy(_table()), persistent=False)

    def features(self, x: Tensor) -> Tensor:
        """How much of `DIMENSIONS` there is in each of 14 x 14 places, (B, 13, 14, 14); see `Encoder.features`."""
        # grid_sample counts the last axis of the table first: blue, green, red
        where = (2 * x.float().flip(1) - 1).permute(0, 2, 3, 1)[None]
        found = nn.functional.grid_sample(self.table[None], where, padding_mode="border", align_corners=True)
        return nn.functional.adaptive_avg_pool2d(found[0].transpose(0, 1), CELLS)

    def text(self, captions: Sequence[str]) -> Tensor:
        """Embed the colours that captions name, (n, 13), each of sum 1; see `Encoder.text`.

        Raises
        ------
        GazekitError
            A caption that names none.
        """
        found = [named_colours(caption) for caption in captions]
        for caption, vectors in zip(captions, found, strict=True):
            if not vectors:
                raise GazekitError(
                    f"the caption {caption!r} names no colour, which is all that the encoder 'colour-words' "
                    f"understands; name one ({', '.join(TERMS[3:6])}, crimson, dark ...), or use an encoder that reads "
                    f"sentences (encoder=open_clip/RN50-quickgelu)"
                )
        rows = np.array([np.mean(list(vectors.values()), axis=0) for vectors in found], dtype=np.float32)
        return torch.from_numpy(rows.reshape(-1, len(DIMENSIONS))).to(self.mean.device)

    def reads(self, caption: str) -> bool:
        """Whether the caption names a colour; see `Encoder.reads`."""
        return bool(named_colours(caption))


def named_colours(caption: str) -> dict[str, np.ndarray]:
    """Find the names of colours in a caption, longest first.

    Parameters
    ----------
    caption : str
        Any text; capitals and punctuation do not matter, "gray" is "grey".

    Returns
    -------
    dict of str to (13,) float64
        Name to its part of the embedding (`DIMENSIONS`), in the order of the caption.

    Examples
    --------
    >>> list(named_colours("A dark-red car on the grass, no dog"))
    ['dark red', 'grass']
    """
    words = re.findall(r"[^\W\d_]+", caption.lower().replace("gray", "grey"))
    names = _vectors()
    found: dict[str, np.ndarray] = {}
    k = 0
    while k < len(words):
        for n in range(min(LONGEST, len(words) - k), 0, -1):
            name = " ".join(words[k : k + n])
            if name in names:
                found[name] = names[name]
                k += n - 1
                break
        k += 1
    return found


@cache
def _survey() -> tuple[list[str], np.ndarray]:
    """Names of the survey, and their colours in CIELAB, (n, 3)."""
    from matplotlib.colors import XKCD_COLORS, to_rgb
    from skimage.color import rgb2lab

    names = [name.removeprefix("xkcd:").replace("gray", "grey").replace("/", " ") for name in XKCD_COLORS]
    return names, rgb2lab(np.array([to_rgb(code) for code in XKCD_COLORS.values()]))


def _shares(lab: np.ndarray) -> np.ndarray:
    """Shares of `DIMENSIONS` of colours (n, 3) in CIELAB, (n, 13) float64."""
    names, centres = _survey()
    term = np.array([name.split()[-1] for name in names])
    basic = np.isin(term, TERMS)
    term, centres = term[basic], centres[basic]
    # summed axis by axis, without a matrix product, so that the bits do not depend on threads
    far = sum((lab[:, None, axis] - centres[None, :, axis]) ** 2 for axis in range(3))
    near = np.exp(-(far - far.min(axis=1, keepdims=True)) / (2 * SPREAD**2))
    shares = np.stack([near[:, term == t].mean(axis=1) for t in TERMS], axis=1)
    light = 1 / (1 + np.exp((LIMITS[0] - lab[:, 0]) / EDGE))
    dark = 1 / (1 + np.exp((lab[:, 0] - LIMITS[1]) / EDGE))
    return np.column_stack([shares / shares.sum(axis=1, keepdims=True), light, dark])


def _typical(lab: np.ndarray) -> np.ndarray:
    """How good an example of each of `DIMENSIONS` colours (n, 3) in CIELAB are, squared, (n, 13) float64."""
    light, chroma = lab[:, 0] / 100, np.minimum(np.hypot(lab[:, 1], lab[:, 2]) / 100, 1)
    of_term = {"white": light, "black": 1 - light, "grey": 1 - chroma}
    return np.column_stack([*(of_term.get(term, chroma) ** 2 for term in TERMS), np.ones((len(lab), 2))])


@cache
def _table() -> np.ndarray:
    """What a lattice of sRGB colours adds, (13, LATTICE, LATTICE, LATTICE) float32: axes red, green, blue."""
    from skimage.color import rgb2lab

    steps = np.linspace(0, 1, LATTICE)
    lattice = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    lab = rgb2lab(lattice)
    table = (_shares(lab) * _typical(lab)).T.reshape(len(DIMENSIONS), LATTICE, LATTICE, LATTICE)
    return np.ascontiguousarray(table, dtype=np.float32)


@cache
def _vectors() -> dict[str, np.ndarray]:
    """What each name adds to a caption's embedding."""
    basis = np.eye(len(DIMENSIONS))
    names, lab = _survey()
    colours = _shares(lab)
    colours[:, len(TERMS) :] = 0  # "navy" is blue; that it is dark as well is not what the word says first
    found = dict(zip(names, colours, strict=True))
    found |= {name: basis[TERMS.index(name.split()[-1])] for name in names if name.split()[-1] in TERMS}
    return found | {word: basis[DIMENSIONS.index(kind)] for kind, words in LIGHTNESS.items() for word in words}
