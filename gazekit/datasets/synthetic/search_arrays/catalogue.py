"""The search experiments that gazekit knows by name, read from catalogue.toml: six published ones and six classics."""

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from gazekit.datasets.synthetic.search_arrays import shapes
from gazekit.datasets.synthetic.search_arrays.description import Condition, Drawing, Experiment, Layout, paint

_CATALOGUE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
PUBLISHED = tuple(str(experiment["name"]) for experiment in _CATALOGUE["published"])


@cache
def experiments() -> MappingProxyType[str, Experiment]:
    """Return the experiments that gazekit describes by name: first the published ones, then the classics.

    Examples
    --------
    >>> for name, experiment in experiments().items():
    ...     print(f"{name}: {experiment.about}")
    curvature: a curve among lines, and a line among curves
    lighting: a disc lit from the opposite side: above and below, or left and right
    intersection: a figure without a crossing among crosses, and a cross among figures without
    t-and-l: a T among L, and an L among T
    orientation-homogeneous: a bar tilted by 20 degrees among upright ones, and the reverse
    ...
    >>> sum(len(e.conditions) * len(e.set_sizes) * e.per_size for e in map(experiments().get, PUBLISHED))
    1272
    """
    known = drawings()
    found = {}
    for entry in (*_CATALOGUE["published"], *_CATALOGUE["classics"]):
        conditions = [
            Condition(**{**told, **{part: _named(told[part], known) for part in ("target", "distractors")}})
            for told in entry["conditions"]
        ]
        layout = Layout(**_CATALOGUE["layouts"][entry["layout"]])
        found[entry["name"]] = Experiment(**{**entry, "layout": layout, "conditions": conditions})
    return MappingProxyType(found)


@cache
def drawings() -> dict[str, tuple[Drawing, ...]]:
    """Return the drawings by name; the name of a drawing with several versions stands for all of them.

    Examples
    --------
    >>> [bar] = drawings()["bar at 0 degrees"]
    >>> bar.size, int((bar.pixels == 0).sum())
    ((69, 69), 540)
    >>> [drawing.name for drawing in drawings()["curve"]][:2]
    ['curve at -45 degrees', 'curve at -90 degrees']
    """
    found = {}
    for name, told in _CATALOGUE["drawings"].items():
        found[name] = _versions(name, **told)
        found |= {drawing.name: (drawing,) for drawing in found[name] if drawing.name not in found}
    return {**found, **{disc.name: (disc,) for disc in _lit_discs()}}


def _versions(
    name: str, strokes: list[list[Any]], ink: Any, paper: Any, angles: tuple[int, ...] = (), mirrored: bool = False
) -> tuple[Drawing, ...]:
    coverage = np.maximum.reduce([getattr(shapes, shape)(*arguments) for shape, *arguments in strokes])
    if angles:
        turned = {f"{name} at {angle} degrees": shapes.rotate(coverage, angle) for angle in angles}
        return tuple(paint(called, shape, ink=ink, paper=paper) for called, shape in turned.items())
    if not mirrored:
        return (paint(name, coverage, ink=ink, paper=paper),)
    drawn = paint(name, np.pad(coverage, 6), ink=ink, paper=paper).pixels
    mirrors = {"": drawn, " upside down": drawn[::-1], " transposed": drawn.T}
    mirrors[" transposed and mirrored"] = drawn.T[:, ::-1]
    return tuple(Drawing(name + how, pixels) for how, pixels in mirrors.items())


def _lit_discs() -> list[Drawing]:
    """Discs of 31 px shaded from dark to bright, the shading of a sphere, on grey 27; named by their bright side."""
    rows = np.arange(31)[:, None].repeat(31, axis=1)
    shaded = np.where(shapes.ring(31, 15) > 0, 17 * np.minimum(rows // 2, 15), 27).astype(np.uint8)
    turned = {"bottom": shaded, "top": shaded[::-1], "right": shaded.T, "left": shaded[::-1].T}
    return [Drawing(f"disc bright {side}", pixels) for side, pixels in turned.items()]


def _named(names: str | list[str], known: dict[str, tuple[Drawing, ...]]) -> Drawing | tuple[Drawing, ...]:
    found = [drawing for name in ([names] if isinstance(names, str) else names) for drawing in known[name]]
    return found[0] if len(found) == 1 else tuple(found)
