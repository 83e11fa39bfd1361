"""A search experiment described in TOML: what is shown, in which conditions, with how many items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.datasets.synthetic.search_designs.items import Item, draw_shape, picture_item
from gazekit.datasets.synthetic.search_designs.layouts import Anywhere, Given, Grid, Layout, Rings
from gazekit.files.untrusted import parse_toml
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError, check_known

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Condition:
    """What is sought among what.

    Parameters
    ----------
    name : str
        Its name.
    targets, distractors : sequence of Item
        Ways they can look. A display draws one way for its target; distractors show each way equally often, as far as
        their number allows.
    """

    name: str
    targets: Sequence[Item]
    distractors: Sequence[Item]


@dataclass(frozen=True)
class Design:
    """A search experiment.

    Parameters
    ----------
    name : str
        Its name.
    size : (int, int)
        Width and height of a display, px.
    px_per_degree : float
        Pixels per degree of visual angle.
    background : (h, w, 3) uint8
        What is behind the items, of the display's size.
    layout : Layout
        Where items may stand.
    conditions : sequence of Condition
        In the order of the tables.
    set_sizes : sequence of int
        Items shown, the target included.
    displays : int
        Of each condition and set size with the target, and as many without it.
    absent : bool
        Whether there are displays without the target.
    asymmetries : sequence of (easy, hard)
        Conditions that are paired: the asymmetry index is (hard - easy) / (hard + easy) of their slopes.
    limit : int
        Most saccades in a display.
    source : str
        The text that it was read from.
    files : mapping of str to path
        Files that the text names.
    """

    name: str
    size: tuple[int, int]
    px_per_degree: float
    background: np.ndarray
    layout: Layout
    conditions: Sequence[Condition]
    set_sizes: Sequence[int]
    displays: int
    absent: bool
    asymmetries: Sequence[tuple[str, str]]
    limit: int
    source: str
    files: Mapping[str, Path]

    @property
    def paint(self) -> RGB:
        """Mean colour of the background: around pictures of targets, and where a model paints over what it has seen."""
        r, g, b = np.rint(self.background.reshape(-1, 3).mean(axis=0)).astype(int).tolist()
        return r, g, b


def read_design(path: str | Path) -> Design:
    """Read a design; docs/howto/search-experiment.md describes every key.

    Parameters
    ----------
    path : path
        A TOML file. Files that it names are looked for beside it.

    Raises
    ------
    DataError
        Not there, no TOML, a key that is missing or not known, or a value that cannot be; the message says which.
    GazekitError
        Items that cannot be drawn.

    Examples
    --------
    >>> import tempfile
    >>> text = '''
    ... set_sizes = [4, 8]
    ... layout = {kind = "rings", eccentricities = [5], places = [8]}
    ... items.bar = {shape = "bar", size = 1.5, colours = ["red", "green"], orientations = [0, 90]}
    ... conditions.conjunction = {target = "red bar 0", distractors = ["green bar 0", "red bar 90"]}
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "bars.toml").write_text(text)
    ...     design = read_design(Path(folder, "bars.toml"))
    >>> design.name, design.size, [item.name for item in design.conditions[0].distractors]
    ('bars', (480, 480), ['green bar 0', 'red bar 90'])
    """
    path = Path(path)
    try:
        found, source = parse_toml(path), path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(
            f"the design {path} is not there; see docs/howto/search-experiment.md for what it holds"
        ) from None
    except ValueError as error:
        raise DataError(f"{path} is no TOML text ({error}); mend that line") from error
    told = _Table(found, str(path))
    files: dict[str, Path] = {}
    degree = told.number("px_per_degree", 30, above=0)
    width, height = told.pair("size", (16.0, 16.0))
    size = (round(width * degree), round(height * degree))
    if not 32 <= min(size) <= max(size) <= 4000:
        raise DataError(f"{path}: a display of {size[0]} x {size[1]} px cannot be searched; size is in degrees")
    background = _background(told, size, path.parent, files)
    layout = _layout(told.table("layout"))
    items: dict[str, list[Item]] = {}
    for name, about in told.tables("items").items():
        found = _items(name, about, degree, path.parent, files)
        if twice := items.keys() & found.keys():
            raise DataError(f"{path}, items: two items are called {min(twice)!r}; give one of them another name")
        items |= found
    conditions = [_condition(name, about, items) for name, about in told.tables("conditions").items()]
    sizes = told.take("set_sizes", None)
    if not (isinstance(sizes, list) and len(set(map(str, sizes))) == len(sizes) > 1 and all(map(_positive, sizes))):
        raise DataError(f"{path}: set_sizes must be at least two different whole numbers, as [4, 8, 16], not {sizes!r}")
    for condition in conditions:
        if not condition.distractors and max(sizes) > 1:
            raise DataError(f"{path}: condition {condition.name!r} has no distractors; name at least one item")
    pairs = told.take("asymmetries", [])
    names = [c.name for c in conditions]
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        if not (isinstance(pair, list) and len(pair) == 2 and set(map(str, pair)) <= set(names) and pair[0] != pair[1]):
            raise DataError(
                f"{path}: asymmetries must be pairs of conditions, the easy one first, as [[{names[0]!r}, "
                f"{names[-1]!r}]], not {pair!r}"
            )
    design = Design(
        name=str(told.take("name", path.stem)),
        size=size,
        px_per_degree=degree,
        background=background,
        layout=layout,
        conditions=conditions,
        set_sizes=sorted(sizes),
        displays=told.whole("displays", 20),
        absent=bool(told.flag("absent", True)),
        asymmetries=[(easy, hard) for easy, hard in pairs],
        limit=told.whole("limit", 2 * max(sizes)),
        source=source,
        files=files,
    )
    told.end()
    if not design.name or "/" in design.name:
        raise DataError(f"{path}: a name must be words without '/', not {design.name!r}")
    return design


# ---------------------------------------------------------------- inside


class _Table:
    """A table of a design, which is asked for each of its keys once; what is left at the end is not known."""

    def __init__(self, told: Any, where: str) -> None:
        if not isinstance(told, dict):
            raise DataError(f"{where} must be a table, not {told!r}")
        self.told, self.where, self.asked = told, where, set[str]()

    def take(self, key: str, default: Any = ...) -> Any:
        self.asked.add(key)
        if key not in self.told and default is ...:
            raise DataError(f"{self.where} has no {key}; add it")
        return self.told.get(key, default)

    def number(self, key: str, default: Any = ..., *, above: float | None = None, least: float | None = None) -> float:
        value = self.take(key, default)
        good = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
        if not good or (above is not None and value <= above) or (least is not None and value < least):
            bound = f" above {above:g}" if above is not None else "" if least is None else f" of at least {least:g}"
            raise DataError(f"{self.where}: {key} must be a number{bound}, not {value!r}")
        return float(value)

    def whole(self, key: str, default: Any = ...) -> int:
        value = self.take(key, default)
        if not _positive(value):
            raise DataError(f"{self.where}: {key} must be a whole number of at least 1, not {value!r}")
        return int(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise DataError(f"{self.where}: {key} must be true or false, not {value!r}")
        return value

    def pair(self, key: str, default: Any = ...) -> tuple[float, float]:
        value = self.take(key, default)
        pair = value if isinstance(value, list | tuple) else [value, value]
        if len(pair) != 2 or not all(isinstance(v, int | float) and v > 0 for v in pair):
            raise DataError(f"{self.where}: {key} must be one length or two [width, height], degrees, not {value!r}")
        return float(pair[0]), float(pair[1])

    def table(self, key: str) -> "_Table":
        return _Table(self.take(key), f"{self.where}, {key}")

    def tables(self, key: str) -> dict[str, "_Table"]:
        tables = self.table(key).told
        if not tables:
            raise DataError(f"{self.where}: {key} is empty; describe at least one")
        return {name: _Table(told, f"{self.where}, {key}.{name}") for name, told in tables.items()}

    def end(self) -> None:
        for key in self.told:
            if key not in self.asked:
                raise UnknownNameError(f"key in {self.where}", key, sorted(self.asked))


def _positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _background(told: _Table, size: tuple[int, int], folder: Path, files: dict[str, Path]) -> np.ndarray:
    colour, texture = told.take("background", "white"), told.take("texture", None)
    if texture is None:
        return np.broadcast_to(np.array(_colour(colour, told.where), np.uint8), (size[1], size[0], 3))
    from gazekit.files.images import read_image_file

    tile = read_image_file(_file(texture, folder, files))
    many = (-(-size[1] // tile.shape[0]), -(-size[0] // tile.shape[1]), 1)
    return np.tile(tile, many)[: size[1], : size[0]]


def _file(name: Any, folder: Path, files: dict[str, Path]) -> Path:
    if not isinstance(name, str):
        raise DataError(f"a file must be given by its name, not {name!r}")
    files[name] = folder / name
    return folder / name


def _colour(value: Any, where: str) -> RGB:
    if isinstance(value, str):
        from PIL import ImageColor

        try:
            value = ImageColor.getrgb(value)[:3]
        except ValueError as error:
            raise DataError(
                f'{where}: {value!r} is no colour; give a name as "red", "#c02020", a grey level or [r, g, b]'
            ) from error
    levels = list(value) if isinstance(value, list | tuple) else [value] * 3
    if len(levels) != 3 or not all(isinstance(v, int) and 0 <= v <= 255 for v in levels):
        raise DataError(f"{where}: a colour must be a name, a grey level 0..255, or [r, g, b], not {value!r}")
    return levels[0], levels[1], levels[2]


def _layout(told: _Table) -> Layout:
    kind = told.take("kind")
    check_known("kind of layout", str(kind), LAYOUTS)
    layout = LAYOUTS[str(kind)](told)
    told.end()
    return layout


def _grid(told: _Table) -> Layout:
    return Grid(
        told.whole("columns"), told.whole("rows"), told.number("spacing", above=0), told.number("jitter", 0, least=0)
    )


def _rings(told: _Table) -> Layout:
    radii, many = told.take("eccentricities"), told.take("places")
    good = isinstance(radii, list) and isinstance(many, list) and len(radii) == len(many) > 0
    if not good or not all(map(_positive, many)) or not all(isinstance(r, int | float) and r > 0 for r in radii):
        raise DataError(
            f"{told.where}: eccentricities and places must be two lists of one length, degrees and whole numbers, as "
            f"[4, 8] and [8, 16], not {radii!r} and {many!r}"
        )
    return Rings(tuple(map(float, radii)), tuple(many), told.number("jitter", 0, least=0))


def _random(told: _Table) -> Layout:
    least = told.number("least_distance", 0, least=0)
    return Anywhere(least or None, told.number("from_middle", 0, least=0))


def _given(told: _Table) -> Layout:
    places = told.take("positions")
    try:
        found = np.array(places, dtype=float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or found.shape[1] != 2 or not np.isfinite(found).all():
        raise DataError(f"{told.where}: positions must be a list of [x, y], degrees from the middle, not {places!r}")
    return Given(tuple((float(x), float(y)) for x, y in found), told.number("jitter", 0, least=0))


LAYOUTS: Mapping[str, Callable[[_Table], Layout]] = {
    "grid": _grid,
    "rings": _rings,
    "random": _random,
    "positions": _given,
}


def _items(name: str, told: _Table, degree: float, folder: Path, files: dict[str, Path]) -> dict[str, list[Item]]:
    """The versions of an item, one for each of its colours and orientations, by all the names that stand for some."""
    file, shape = told.take("file", None), told.take("shape", None)
    if (file is None) == (shape is None):
        raise DataError(f"{told.where} must have either a shape (drawn) or a file (a picture)")
    turns = _varied(told, "orientation", 0)
    wide, high = told.pair("size")
    px = (wide * degree, high * degree)
    found: dict[str, list[Item]] = {}
    if file is not None:
        path, longer = _file(file, folder, files), not isinstance(told.take("size"), list)
        for word, angle in turns:
            called = _called("", name, word)
            item = picture_item(called, path, px[0] if longer else px, orientation=_angle(angle, told))
            _file_under({name, called}, item, found)
    else:
        thickness = told.number("thickness", 0.2)
        for (colour, value), (word, angle) in product(_varied(told, "colour", "black"), turns):
            called, ink = _called(colour, name, word), _colour(value, told.where)
            item = draw_shape(called, str(shape), px[0], ink, thickness=thickness, orientation=_angle(angle, told))
            _file_under({name, _called(colour, name, ""), _called("", name, word), called}, item, found)
    told.end()
    return found


def _file_under(names: set[str], item: Item, found: dict[str, list[Item]]) -> None:
    for name in names:
        found.setdefault(name, []).append(item)


def _varied(told: _Table, key: str, default: Any) -> list[tuple[str, Any]]:
    """Words and values of a parameter: one without a word, or several, a list or a table of names."""
    several = told.take(f"{key}s", None)
    one = told.take(key, None)
    if several is None:
        return [("", default if one is None else one)]
    if one is not None:
        raise DataError(f"{told.where} has both {key} and {key}s; give one of them")
    if isinstance(several, dict) and several:
        return [(str(word), value) for word, value in several.items()]
    if isinstance(several, list) and several and not any(isinstance(value, list) for value in several):
        return [(str(value), value) for value in several]
    raise DataError(
        f"{told.where}: {key}s must be a list of names or numbers, or a table {{name = value, ...}}, not {several!r}"
    )


def _angle(value: Any, told: _Table) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DataError(f"{told.where}: an orientation must be degrees, not {value!r}")
    return float(value)


def _called(colour: str, name: str, orientation: str) -> str:
    return " ".join(word for word in (colour, name, orientation) if word)


def _condition(name: str, told: _Table, items: Mapping[str, list[Item]]) -> Condition:
    if not name or "/" in name:
        raise DataError(f"{told.where}: the name of a condition must be words without '/', not {name!r}")
    targets, others = (_named(told, key, items) for key in ("target", "distractors"))
    told.end()
    if both := {item.name for item in targets} & {item.name for item in others}:
        raise DataError(f"{told.where}: {min(both)!r} is target and distractor, so that nobody could find it")
    return Condition(name, targets, others)


def _named(told: _Table, key: str, items: Mapping[str, list[Item]]) -> list[Item]:
    names = told.take(key)
    names = names if isinstance(names, list) else [names]
    for name in names:
        check_known(f"item in {told.where}", str(name), items)
    found = [item for name in names for item in items[str(name)]]
    if not found and key == "target":
        raise GazekitError(f"{told.where} has no target; name an item")
    return found
