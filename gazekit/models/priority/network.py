"""The network of `priority`, in the order of the figure: from an image's features to the next fixation.

    features ─> priority maps ─┬─> static density <── centre bias
                               │
    gaze so far ─> history ────┼─> selection ─> density of the next fixation <── centre bias
                │  state ──────┤
                │              └─> how long a fixation lasts, whether viewing ends
                └> visibility ─> what is seen of the target ─> selection
    target ─> similarity maps ─┘

In the manner of DeepGaze III: frozen image features become a few priority maps, the last fixations become a field over
the same cells, and a small network, the same in every cell, selects. New here: the state (what lies at the last two
fixations, how many there were, how long they took) steers the selection, and fixations have durations and an end.
Where something is sought, maps say how similar each place is to it, and one more how far all of them together match it
there or near by. Each counts as far as it is visible: a learned law of the distance from the nearest fixation so far.

References
----------
Kümmerer, Bethge, Wallis (2022), DeepGaze III: Modeling free-viewing human scanpaths with deep learning,
J. Vision 22(5).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, GazekitError, check_choice
from gazekit.foundations.option_kinds import check_fields
from gazekit.models.option_checks import MOST_DROPPED, within

CENTRE_BIAS = (24, 32)  # rows and columns of the stored centre bias
WIDE = 0.2  # decay length of the wide bump, 1 = side of a square of the image's area; the narrow bump's is a quarter
VISITED = (0.04, 0.12)  # standard deviations of the marks on places that were looked at
FIELDS = 5  # of each past fixation: dx, dy, distance, a wide bump and a narrow one
REMEMBERED = 16  # past fixations whose places are kept
NUMBERS = 6  # of the state: see `Events.numbers`
LARGEST_SIDE = 10_000  # of a layer: files are read that others wrote
TARGETS = ("", "picture", "box", "category", "text")  # what says what is sought; "": nothing is
WINDOWS = (2, 4)  # of the shorter side of an image: squares that are compared with a text
BLURS = (0.0, 2.0, 4.0, 8.0)  # px of the network's input: standard deviations at which pictures are compared
KINDS = 2  # log-normals of a duration
NARROWEST, WIDEST = -2.5, 1.0  # logarithms of their standard deviations, in units of SD_LOG
HALF, STEEP = 0.3, 2.0  # the law of visibility before it has learned
MATCH_SLOPE, MATCH_BIAS, MATCH_GAIN, SPREAD = 5.0, -10.0, 3.0, 1.5  # how a match counts before it has learned
REACH = 6  # cells to each side of a smoothed one
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
MEAN_LOG, SD_LOG = 5.5, 0.6  # of a duration's logarithm (ms), about; brings it to the size of the other inputs


@dataclass(frozen=True)
class PriorityConfig:
    """Sizes and choices of a network.

    Parameters
    ----------
    channels : tuple of int
        Channels of each level of image features.
    maps : int
        Priority maps.
    hidden : int
        Width of the layers.
    history : int
        Last fixations that are known one by one, 16 at most; 0: the next fixation does not depend on those before.
    content : bool
        Whether the state knows what lies at the last two fixations.
    centre_bias : bool
        Whether the centre bias is added.
    dropout : float
        Of the features' mixture, in training only.
    context : int
        Side of a window, cells, an odd number, from which each cell's mixture also takes; 0 for none.
    target : {"", "picture", "box", "category", "text"}
        What says what is sought: a picture of it, its place in the image (from which a picture is cut), its name, or
        words that an encoder reads.
    categories : tuple of str
        The names, where the target is one.

    Raises
    ------
    GazekitError
        A value of another kind, or one that no network can have.
    """

    channels: tuple[int, ...]
    maps: int = 16
    hidden: int = 48
    history: int = 4
    content: bool = True
    centre_bias: bool = True
    dropout: float = 0.1
    context: int = 0
    target: str = ""
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self)
        for name in ("maps", "hidden"):
            within(name, getattr(self, name), 1, LARGEST_SIDE)
        within("history", self.history, 0, REMEMBERED)
        within("context", self.context, 0, LARGEST_SIDE)
        if self.context and self.context % 2 == 0:
            raise GazekitError(f"context must be an odd number of cells, or 0 for none, not {self.context}")
        within("dropout", self.dropout, 0, MOST_DROPPED)
        if not self.channels or not all(isinstance(n, int) and 0 < n <= LARGEST_SIDE for n in self.channels):
            raise GazekitError(f"channels must be numbers from 1 to {LARGEST_SIDE}, not {self.channels!r}")
        check_choice("target", self.target, TARGETS)
        names = self.categories
        if not all(isinstance(name, str) for name in names) or bool(names) != (self.target == "category"):
            raise GazekitError("categories must be names if the target is a category, and only then")

    @property
    def by_picture(self) -> bool:
        """Whether a picture says what is sought: a given one, or one that is cut from the image."""
        return self.target in ("picture", "box")

    @property
    def similarities(self) -> tuple[str, ...]:
        """Names of the maps of similarity to the target."""
        if self.by_picture:
            levels = range(len(self.channels))
            features = [f"{what}, level {level + 1}" for level in levels for what in ("patch", "mean")]
            return (*features, *(f"grey, blur {blur:g} px" for blur in BLURS))
        if self.target == "text":
            return tuple(f"text, windows of 1/{share}" for share in WINDOWS)
        return ("category",) if self.target else ()

    @property
    def known_of_target(self) -> tuple[str, ...]:
        """Names of the maps that say where the target may be: of similarity, and of a picture also their match."""
        return (*self.similarities, "match") if self.by_picture else self.similarities

    @classmethod
    def of(cls, channels: Sequence[int], options: Mapping[str, Any]) -> Self:
        """A configuration for features of so many channels, with some of the other fields changed.

        Raises
        ------
        GazekitError
            A field that does not exist, or a value that it cannot have.
        """
        known = [f.name for f in fields(cls) if f.name != "channels"]
        if unknown := [name for name in options if name not in known]:
            raise GazekitError(
                f"there is no option of priority's network called {unknown[0]!r}; it has {', '.join(known)}"
            )
        names = options.get("categories", ())
        if isinstance(names, str):
            raise GazekitError(f"categories must be several names, not the text {names!r}")
        return cls(**{**options, "channels": tuple(channels), "categories": tuple(names)})

    @property
    def choices(self) -> dict[str, Any]:
        """All fields but the channels."""
        return {name: value for name, value in asdict(self).items() if name != "channels"}

    def to_json(self) -> str:
        """As a text that `from_json` reads."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        DataError
            It is something else, or has values that no network can have.
        """
        given, known = parse_json(text), {f.name for f in fields(cls)}
        if not isinstance(given, dict) or set(given) - known or "channels" not in given:
            raise DataError("this is no configuration of a priority network")
        try:
            return cls.of(given.pop("channels"), given)
        except (GazekitError, TypeError) as error:
            raise DataError(f"this is no configuration of a priority network: {error}") from error


class Events(NamedTuple):
    """What gaze did before each fixation of B images, and what it did then; N of each image.

    A place is in units of the square root of the image's area, from its centre. Without a label (a fixation outside
    the image, an unknown duration, a path cut by a limit), -1 or NaN.

    Attributes
    ----------
    places : (B, N, V, 2) float32
        Last V fixations, the latest first; after the first of a path comes the start of gaze, then zeros.
    made : (B, N) int64
        Fixations so far.
    here, before : (B, N) int64
        Cell of the last fixation (or the start), and of that before it.
    numbers : (B, N, 6) float32
        log(1 + made), 1 for none so far, length of the last saccade, and of the last fixation: log duration
        (normalised), whether it is known, time since the start of viewing (s), 0 where unknown.
    target : (B, N) int64
        Cell that is looked at next, -1 for none.
    reach : (B, N) float32
        Length of the saccade to there.
    log_duration : (B, N) float32
        Logarithm of the ms that gaze then stays; NaN where not known.
    ended : (B, N) float32
        1: viewing ended instead. 0: it went on. NaN: not known.
    """

    places: Tensor
    made: Tensor
    here: Tensor
    before: Tensor
    numbers: Tensor
    target: Tensor
    reach: Tensor
    log_duration: Tensor
    ended: Tensor

    def to(self, device: torch.device | str) -> "Events":
        """The same on a device."""
        return Events(*(part.to(device) for part in self))

    def at(self, index: Tensor | slice) -> "Events":
        """Some of the N; the index is of the second dimension."""
        return Events(*(part[:, index] for part in self))


class OfImage(NamedTuple):
    """What selection takes from an image's priority maps, for all fixations on it: (B, 1 or maps, ..., cells) each.

    Attributes
    ----------
    scores : (B, 1, cells)
        Static scores with the centre bias.
    selected : (B, 1, hidden, cells)
        Beside the history's field.
    key : (B, maps, cells)
        That the state is compared with.
    """

    scores: Tensor
    selected: Tensor
    key: Tensor


class Durations(NamedTuple):
    """How long fixations last: mixtures of log-normals, (B, N, kinds) each.

    One log-normal has too many long fixations, for its width must make room for the many short ones that people make.

    Attributes
    ----------
    log_weight : (B, N, kinds)
        Natural logarithms of the kinds' probabilities.
    mean, deviation : (B, N, kinds)
        Of the log duration (ms) of each kind.
    """

    log_weight: Tensor
    mean: Tensor
    deviation: Tensor

    def log_density(self, log_duration: Tensor) -> Tensor:
        """(B, N) log density of log durations (ms)."""
        z = (log_duration[..., None] - self.mean) / self.deviation
        return torch.logsumexp(self.log_weight - 0.5 * z**2 - self.deviation.log() - HALF_LOG_2PI, -1)


class PriorityNetwork(nn.Module):
    """The whole network; each method is a box of the figure.

    Parameters
    ----------
    config : PriorityConfig
        Its sizes.
    """

    def __init__(self, config: PriorityConfig) -> None:
        super().__init__()
        self.config = config
        hidden, maps, sought = config.hidden, config.maps, len(config.known_of_target)
        content = 2 * (maps + sought) if config.content else 0
        self.readout = nn.ModuleList(nn.Conv2d(n, hidden, 1) for n in config.channels)
        for level, n in enumerate(config.channels):  # statistics of the features that it learned from
            self.register_buffer(f"mean_{level}", torch.zeros(n))
            self.register_buffer(f"deviation_{level}", torch.ones(n))
        self.dropout = nn.Dropout2d(config.dropout)
        around = config.context
        self.around = nn.Conv2d(hidden, hidden, around, padding=around // 2, groups=hidden) if around else None
        self.mixture = nn.Sequential(nn.GELU(), nn.Conv2d(hidden, 32, 1), nn.GELU(), nn.Conv2d(32, maps, 1))
        self.blur = nn.Parameter(torch.full((maps,), -0.5))  # log of the standard deviation, cells
        self.static = nn.Sequential(nn.GELU(), nn.Conv2d(maps, 16, 1), nn.GELU(), nn.Conv2d(16, 1, 1))
        self.register_buffer("centre", torch.zeros(CENTRE_BIAS))  # log density, normalised when it is used
        self.centre_weight = nn.Parameter(torch.ones(2))  # of the static density, and of the next fixation's
        self.state = nn.Sequential(
            nn.Linear(content + NUMBERS, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU()
        )
        self.field = nn.Linear(FIELDS * config.history + len(VISITED), hidden)
        self.field_state = nn.Linear(hidden, hidden)
        self.select_map = nn.Conv2d(maps, hidden, 1)
        self.select_field = nn.Linear(hidden, hidden, bias=False)
        self.select_state = nn.Linear(hidden, hidden)
        self.select, self.select_last = nn.Linear(hidden, 16), nn.Linear(16, 1, bias=False)
        self.query, self.key = nn.Linear(hidden, maps), nn.Conv2d(maps, maps, 1)
        known = 2 * (maps + sought) + NUMBERS
        self.stay = nn.Sequential(nn.Linear(known + 1, 32), nn.GELU(), nn.Linear(32, 3 * KINDS))
        self.leave = nn.Sequential(nn.Linear(known, 32), nn.GELU(), nn.Linear(32, 1))
        if sought:
            self.half_seen = nn.Parameter(
                torch.full((sought,), math.log(HALF))
            )  # log of the distance of half visibility
            self.steepness = nn.Parameter(torch.full((sought,), math.log(STEEP)))
            self.select_target = nn.Linear(sought, hidden, bias=False)
            self.target_weight = nn.Linear(sought, 1, bias=False)
            self.static_target = nn.Sequential(nn.Conv2d(sought, 16, 1), nn.GELU(), nn.Conv2d(16, 1, 1, bias=False))
        if config.by_picture:
            self.match = nn.Conv2d(len(config.similarities), 1, 1)
            self.spread = nn.Parameter(torch.full((1,), math.log(SPREAD)))  # log of the standard deviation, cells
        if config.categories:
            self.category = nn.Embedding(len(config.categories), maps)
            self.category_key = nn.Conv2d(maps, maps, 1)
        with torch.no_grad():  # begins as the static density
            self.select_last.weight.mul_(0.1)
            self.query.weight.mul_(0.1)
            self.stay[-1].get_parameter("bias")[KINDS : 2 * KINDS] = torch.linspace(-1, 1, KINDS)  # kinds begin apart
            if sought:
                self.target_weight.weight.mul_(0.1)
            if config.by_picture:
                self.target_weight.weight[:, -1] = MATCH_GAIN
                self.match.weight.fill_(MATCH_SLOPE / len(config.similarities))  # of their mean
                self.match.get_parameter("bias").fill_(MATCH_BIAS)

    # ------------------------------------------------------------------ features -> priority maps

    def look(
        self,
        levels: Sequence[Tensor],
        rows: int,
        columns: int,
        similarity: Tensor | None = None,
        category: Tensor | None = None,
    ) -> Tensor:
        """Priority maps of images, and after them the maps of similarity to the target and of the match with it.

        Parameters
        ----------
        levels : sequence of (B, channels, h, w)
            Features.
        rows, columns : int
            Of the cells.
        similarity : (B, similarities, rows, columns), optional
            To a picture of the target. None: nothing is sought.
        category : (B,) int64, optional
            Number of the target's name among `config.categories`; -1: nothing is sought.

        Returns
        -------
        (B, maps + maps of the target, rows, columns)
            Without those of the target where the network seeks nothing.
        """
        mixed: Tensor | None = None
        for level, (features, readout) in enumerate(zip(levels, self.readout, strict=True)):
            mean, deviation = (self.get_buffer(f"{what}_{level}")[:, None, None] for what in ("mean", "deviation"))
            x = (features.float() - mean) / deviation
            x = readout(functional.layer_norm(x.movedim(1, -1), x.shape[1:2]).movedim(-1, 1))
            x = functional.interpolate(x, (rows, columns), mode="bilinear", align_corners=False)
            mixed = x if mixed is None else mixed + x
        assert mixed is not None  # noqa: S101 -- there is a level
        mixed = self.dropout(mixed)
        if self.around is not None:
            mixed = mixed + self.around(mixed)
        maps = self.blurred(self.mixture(mixed))
        if not self.config.target:
            return maps
        if similarity is None:
            similarity = maps.new_zeros(len(maps), len(self.config.similarities), rows, columns)
            if category is not None:
                sought = self.category(category.clamp(min=0)) * (category >= 0)[:, None]
                similarity = (self.category_key(maps) * sought[:, :, None, None]).sum(1, keepdim=True)
        known = [maps, similarity.to(maps)]
        if self.config.by_picture:
            known.append(self.matching(known[1]))
        return torch.cat(known, 1)

    def parts(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """What `look` gives, as priority maps and what is known of the target."""
        return maps[:, : self.config.maps], maps[:, self.config.maps :]

    def blurred(self, maps: Tensor) -> Tensor:
        """Each map smoothed by a Gaussian whose width is learned."""
        kernel = bumps(self.blur)
        return smoothed(maps, kernel / kernel.sum(1, keepdim=True))

    def matching(self, similarity: Tensor) -> Tensor:
        """How far the target is in a cell or near it, by all maps of similarity together: (B, 1, rows, columns).

        It is near 1 where they agree, however similar the rest of the image is, and 0 while nothing is sought. People
        land around what they seek, by a few degrees: a match counts in the cells around it, too, by a Gaussian whose
        width is learned.
        """
        found = torch.sigmoid(self.match(similarity)) - torch.sigmoid(self.match.get_parameter("bias"))
        return torch.tanh(smoothed(found, bumps(self.spread)))

    # ------------------------------------------------------------------ centre bias and static density

    def centre_bias(self, rows: int, columns: int) -> Tensor:
        """Log density (rows x columns) of fixations whatever is shown."""
        bias = functional.interpolate(
            self.get_buffer("centre")[None, None], (rows, columns), mode="bilinear", align_corners=False
        )
        return functional.log_softmax(bias.flatten(), 0)

    def static_density(self, maps: Tensor) -> Tensor:
        """Log density (B, rows x columns) of a fixation whatever came before."""
        scores = self.static_scores(maps)
        if self.config.target:
            scores = scores + self.static_target(self.parts(maps)[1]).flatten(1)
        return functional.log_softmax(scores + self._centre(maps, 0), -1)

    def static_scores(self, maps: Tensor) -> Tensor:
        """(B, rows x columns), before the centre bias; of the image alone, without the target."""
        return self.static(self.parts(maps)[0]).flatten(1)

    def _centre(self, maps: Tensor, which: int) -> Tensor:
        if not self.config.centre_bias:
            return maps.new_zeros(())
        return self.centre_weight[which] * self.centre_bias(*maps.shape[-2:])

    # ------------------------------------------------------------------ gaze so far -> history and state

    def history(self, events: Events, x: Tensor, y: Tensor) -> Tensor:
        """The last fixations as a field over the cells: (B, N, fields, rows x columns).

        Parameters
        ----------
        events : Events
            What gaze did.
        x, y : (columns,), (rows,) float32
            Centres of the cells, as places.
        """
        places, count = events.places, events.made[..., None]
        images, many, remembered = places.shape[:3]
        steps = torch.arange(remembered, device=places.device)
        # one place in memory for all fields: this is most of what a fixation costs
        out = places.new_empty(images, many, self.field.in_features, len(y), len(x))
        for k in range(self.config.history):
            there = (steps[k] <= count).to(places.dtype)[..., None]  # the start counts as one
            dx, dy, distance, wide, narrow = out[:, :, FIELDS * k : FIELDS * (k + 1)].unbind(2)
            dx.copy_((x - places[..., k, 0, None])[:, :, None, :])
            dy.copy_((y - places[..., k, 1, None])[:, :, :, None])
            torch.mul(dx, dx, out=distance).addcmul_(dy, dy).add_(1e-6).sqrt_()
            torch.mul(distance, -1 / WIDE, out=wide).exp_()
            torch.mul(wide, wide, out=narrow).square_()  # four times as narrow
            for part in (dx, dy, distance, wide, narrow):
                part.mul_(there)
        seen = (steps < count).to(places.dtype)[..., None]
        for width, mark in zip(VISITED, out[:, :, FIELDS * self.config.history :].unbind(2), strict=True):
            across = torch.exp(-0.5 * ((x - places[..., 0, None]) / width) ** 2) * seen  # two sides of a Gaussian
            down = torch.exp(-0.5 * ((y - places[..., 1, None]) / width) ** 2)
            mark.copy_(down.transpose(-1, -2) @ across)
        return out.flatten(3)

    def so_far(self, maps: Tensor, events: Events) -> Tensor:
        """State before the next fixation, (B, N, hidden)."""
        if not self.config.content:
            return self.state(events.numbers)
        cells = events.here, events.before
        x = torch.cat([events.numbers, self._content(maps, 0, *cells)], -1)
        return self.state(self._with(x, maps, *cells))

    def _content(self, maps: Tensor, part: int, *cells: Tensor) -> Tensor:
        """What the priority maps (part 0) or those of the target (1) hold at some cells."""
        return torch.cat([content(self.parts(maps)[part], at) for at in cells], -1)

    def _with(self, known: Tensor, maps: Tensor, *cells: Tensor) -> Tensor:
        """What is known, and after it, where something is sought, how similar the cells are to it."""
        return torch.cat([known, self._content(maps, 1, *cells)], -1) if self.config.target else known

    # ------------------------------------------------------------------ target -> what is seen of it

    def visibility(self, distance: Tensor) -> Tensor:
        """How far what is known of the target counts at a distance from gaze: (..., maps), from 1 to 0.

        It is 1 / (1 + (distance / half) ** steep), with `half` and `steep` of each map learned.
        """
        away = torch.log(distance.clamp(min=1e-3))[..., None]
        return torch.sigmoid(self.steepness.exp() * (self.half_seen - away))

    def seen(self, maps: Tensor, events: Events, x: Tensor, y: Tensor) -> Tensor:
        """What is known of the target, as far as it was visible: (B, N, maps, rows x columns).

        A place counts as it was seen from the nearest of the fixations so far (of those that are remembered), or from
        the start.
        """
        places, count = events.places, events.made[..., None]
        there = torch.arange(places.shape[2], device=places.device) <= count
        across = ((x - places[..., 0, None]) ** 2)[..., None, :]
        down = ((y - places[..., 1, None]) ** 2)[..., None]
        nearest = torch.where(there[..., None, None], across + down, torch.inf).amin(2).sqrt().flatten(2)
        return self.parts(maps)[1].flatten(2)[:, None] * self.visibility(nearest).transpose(-1, -2)

    # ------------------------------------------------------------------ selection -> density of the next fixation

    def of_image(self, maps: Tensor) -> "OfImage":
        """What selection takes from the priority maps, whatever gaze did."""
        own, scores = self.parts(maps)[0], self.static_scores(maps)[:, None] + self._centre(maps, 1)
        if not self.config.history:
            return OfImage(scores, scores, scores)
        key = self.key(own).flatten(2) / math.sqrt(self.config.maps)
        return OfImage(scores, self.select_map(own).flatten(2)[:, None], key)

    def next_density(
        self,
        maps: Tensor,
        events: Events,
        x: Tensor,
        y: Tensor,
        temperature: float = 1.0,
        image: "OfImage | None" = None,
    ) -> Tensor:
        """Log density of the next fixation, (B, N, rows x columns); `image` is `of_image(maps)`, if it is known."""
        image, seen = self.of_image(maps) if image is None else image, None
        scores = image.scores
        if self.config.target:
            seen = self.seen(maps, events, x, y)
            scores = scores + over(self.target_weight, seen)[:, :, 0]
        if self.config.history:
            state = self.so_far(maps, events)
            # in place: what is added and cut off needs no second array of all cells
            field = over(self.field, self.history(events, x, y)).add_(self.field_state(state)[..., None]).relu_()
            chosen = over(self.select_field, field).add_(image.selected)
            if seen is not None:
                chosen = chosen.add_(over(self.select_target, seen))
            chosen = chosen.add_(self.select_state(state)[..., None]).relu_()
            scores = scores + over(self.select_last, over(self.select, chosen).relu_())[:, :, 0]
            scores = scores + self.query(state) @ image.key
        return functional.log_softmax(scores / temperature, -1).expand(-1, events.made.shape[1], -1)

    # ------------------------------------------------------------------ how long, and whether viewing ends

    def durations(self, maps: Tensor, events: Events) -> "Durations":
        """How long the fixation at `events.target` lasts."""
        cells, own = (events.target.clamp(min=0), events.here), maps.detach()
        x = torch.cat([self._content(own, 0, *cells), events.numbers, events.reach[..., None]], -1)
        weight, mean, deviation = self.stay(self._with(x, own, *cells)).unflatten(-1, (3, KINDS)).unbind(-2)
        return Durations(
            functional.log_softmax(weight, -1),
            MEAN_LOG + SD_LOG * mean,
            SD_LOG * deviation.clamp(NARROWEST, WIDEST).exp(),
        )

    def end(self, maps: Tensor, events: Events) -> Tensor:
        """Log odds (B, N) that viewing ends after the last fixation."""
        cells, own = (events.here, events.before), maps.detach()
        x = torch.cat([self._content(own, 0, *cells), events.numbers], -1)
        return self.leave(self._with(x, own, *cells))[..., 0]


def over(layer: nn.Linear, field: Tensor) -> Tensor:
    """Apply a layer in every cell of a field (B, N, channels, cells)."""
    each = field.flatten(0, 1)
    weight = layer.weight.expand(len(each), -1, -1)  # `weight @ field` would copy the field to transpose it
    out = torch.bmm(weight, each) if layer.bias is None else torch.baddbmm(layer.bias[:, None], weight, each)
    return out.unflatten(0, field.shape[:2])


def bumps(log_deviation: Tensor) -> Tensor:
    """Gaussians of given widths (logarithms of cells), 1 in the middle: (n, 2 REACH + 1)."""
    steps = torch.arange(-REACH, REACH + 1, device=log_deviation.device, dtype=log_deviation.dtype)
    return torch.exp(-0.5 * (steps / log_deviation.exp().clamp(0.2, 3.0)[:, None]) ** 2)


def smoothed(maps: Tensor, kernel: Tensor) -> Tensor:
    """Each of the maps (B, n, rows, columns) with its own kernel (n, 2 REACH + 1), down and across."""
    padded = functional.pad(maps, (REACH,) * 4, mode="replicate")
    once = functional.conv2d(padded, kernel[:, None, :, None], groups=maps.shape[1])
    return functional.conv2d(once, kernel[:, None, None], groups=maps.shape[1])


def content(maps: Tensor, cells: Tensor) -> Tensor:
    """What the maps (B, maps, rows, columns) hold at cells (B, N): (B, N, maps)."""
    flat = maps.flatten(2).transpose(1, 2)
    return flat.gather(1, cells[..., None].expand(-1, -1, flat.shape[2]))
