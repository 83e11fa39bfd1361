"""The network: objects and the target in, for every fixation a distribution over the next object or the end out.

Classes and tokens of a scene have one order: 0 is the target token, and pointing at it means "found: stop"; 1 to P are
the objects. Paths are given in these numbers too.
"""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.foundations.errors import GazekitError
from gazekit.models.devices import full_float32
from gazekit.models.oat.attention import Decoder, Encoder, Memory
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.pointer import ObjectAttention, Vocabulary
from gazekit.models.oat.position import kernel_code, sine_code
from gazekit.models.oat.way import Way
from gazekit.models.oat.way_scores import WayScores

STOP = 0  # class and token of the target: the end of search
OBJECT, TARGET, TARGET_OBJECT, BEGIN = range(4)  # types of tokens
LONGEST_AXIS = 32  # cells that a position code is built for, where it is wide enough


@dataclass
class SceneBatch:
    """Scenes of one batch, objects padded to the most.

    Parameters
    ----------
    places : (S, P, 2) float32
        Row and column of every object, cells.
    there : (S, P) bool
        False where an object is padding.
    target : (S,) int64
        Which object is the target.
    start : (S, 2) float32
        Row and column of gaze when the scene appears, cells.
    crops : (U, 3, h, w) float32, optional
        Normalised pictures that differ: the same product on several shelves is encoded once.
    crop_of : (S, P) int64, optional
        Which of them shows each object; anything where an object is padding.
    target_crop_of : (S,) int64, optional
        Which of them shows the target; default the target object's own.
    reflection : (S,) int64
        0: as shown; 1: mirrored left-right; 2: up-down; 3: both.
    """

    places: Tensor
    there: Tensor
    target: Tensor
    start: Tensor
    crops: Tensor | None
    crop_of: Tensor | None
    target_crop_of: Tensor | None
    reflection: Tensor

    def to(self, device: str | torch.device) -> "SceneBatch":
        """Move every tensor."""
        return replace(self, **{k: v.to(device) for k, v in vars(self).items() if v is not None})


@dataclass
class EncodedScenes:
    """What the decoder needs of scenes, computed once for all their paths."""

    tokens: Tensor  # (S, 1 + P, width): object tokens as the decoder is given them; row 0 is the beginning
    encoded: Tensor  # (S, 1 + P, width)
    there: Tensor  # (S, 1 + P)
    scene: list[tuple[Tensor, Tensor]] = field(default_factory=list)  # the decoder's keys and values, per layer
    pointed: Tensor | None = None  # what the pointer compares with
    way: Way | None = None  # where there are no fixations yet; None without scores of the way

    def rows(self, index: Tensor) -> "EncodedScenes":
        """One row per path."""
        return EncodedScenes(
            self.tokens[index],
            self.encoded[index],
            self.there[index],
            [(keys[index], values[index]) for keys, values in self.scene],
            None if self.pointed is None else self.pointed[index],
            None if self.way is None else self.way.rows(index),
        )


class OatNetwork(nn.Module):
    """Object-level attention transformer.

    Parameters
    ----------
    config : OatConfig
        Sizes and choices.

    References
    ----------
    Fang et al. (2024), Oat: object-level attention transformer for gaze scanpath prediction, ECCV. The target's flag is
    a learned vector here, where the paper takes a third row of its position table.
    """

    def __init__(self, config: OatConfig) -> None:
        super().__init__()
        self.config = config
        half, axis = config.width // 2, config.width // 4
        self.appearance = (
            Appearance(config.crop_height, config.crop_width, half) if config.appearance == "crops" else None
        )
        self.types = nn.Embedding(4, config.width)
        self.reflection = nn.Embedding(4, config.width) if config.reflections else None
        self.cells = min(LONGEST_AXIS, axis - 8)
        self.learned = nn.Embedding(2 * self.cells, axis) if config.position == "learned" else None
        sizes = (config.width, config.heads, config.feed_forward, config.dropout)
        layers = (0, 0) if config.pointer == "none" else (config.encoder_layers, config.decoder_layers)
        self.encoder, self.decoder = Encoder(layers[0], *sizes), Decoder(layers[1], *sizes)
        self.drop = nn.Dropout(config.dropout)
        self.pointer: ObjectAttention | Vocabulary | None = None
        if config.pointer == "object-attention":
            self.pointer = ObjectAttention(config.width, config.pointer_heads)
        elif config.pointer == "vocabulary":
            self.pointer = Vocabulary(config.width, config.max_objects)
        pictures = half if config.appearance == "crops" else 0
        self.way = WayScores(config.way_hidden, config.dropout, pictures) if config.pointer_bias == "way" else None
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        if self.way is not None:
            self.way.zero()

    def encode(self, scenes: SceneBatch) -> EncodedScenes:
        """Encode scenes; every token's last axis is appearance, then position."""
        config, (n, objects) = self.config, scenes.there.shape
        there = functional.pad(scenes.there, (1, 0), value=True)
        seen = scenes.places.new_zeros(n, objects, config.width // 2)
        if self.appearance is not None:
            if scenes.crops is None:
                raise ValueError("this network sees the objects, and the scenes have no crops")
            with full_float32():
                pictures = self.appearance(scenes.crops)
            seen = pictures[scenes.crop_of] * scenes.there[..., None]
        tokens = torch.cat([seen, self.place(scenes.places)], -1) + self.types.weight[OBJECT]
        rows = torch.arange(n, device=tokens.device)
        target = torch.zeros_like(tokens[:, 0])
        picture = torch.zeros_like(seen[:, 0])
        if config.target:
            picture = seen[rows, scenes.target]
            if self.appearance is not None and config.target_crop == "separate":
                if scenes.target_crop_of is None:
                    raise ValueError("this network is given the target's own picture, and the scenes have none")
                picture = pictures[scenes.target_crop_of]
            target = torch.cat([picture, torch.zeros_like(picture)], -1)
            if config.target_position == "given":
                target = torch.cat([picture, self.place(scenes.places[rows, scenes.target])], -1)
        of_way = self._way(scenes, seen, picture)
        if self.pointer is None:
            nothing = tokens.new_zeros(n, 1 + objects, 0)
            return EncodedScenes(nothing, nothing, there, way=of_way)
        target = target + self.types.weight[TARGET]
        begin = torch.cat([torch.zeros_like(seen[:, 0]), self.place(scenes.start)], -1) + self.types.weight[BEGIN]
        if self.reflection is not None:
            target = target + self.reflection(scenes.reflection)
            begin = begin + self.reflection(scenes.reflection)
        encoded = self.encoder(torch.cat([target[:, None], tokens], 1), there)
        fixated = tokens.clone()
        if config.target and config.target_position == "given":
            fixated[rows, scenes.target] += self.types.weight[TARGET_OBJECT] - self.types.weight[OBJECT]
        return EncodedScenes(
            torch.cat([begin[:, None], fixated], 1),
            encoded,
            there,
            self.decoder.memory(encoded, there).scene,
            self.pointer.pointed(encoded),
            of_way,
        )

    def _way(self, scenes: SceneBatch, seen: Tensor, picture: Tensor) -> Way | None:
        if self.way is None:
            return None
        target = torch.zeros_like(scenes.there)
        if self.config.target and self.config.target_position == "given":
            target[torch.arange(len(target), device=target.device), scenes.target] = True
        alike = self.way.alike(seen, picture)
        if alike is not None and not self.config.target:
            alike = torch.zeros_like(alike)
        return Way.begin(scenes.places, scenes.there, scenes.start, target, alike)

    def place(self, places: Tensor) -> Tensor:
        """(..., 2) rows and columns, cells, to (..., width / 2): a code per axis, side by side."""
        config, axis = self.config, self.config.width // 4
        if config.position == "none":
            return places.new_zeros(*places.shape[:-1], 2 * axis)
        if config.position != "sine" and float(places.max()) > self.cells:
            raise GazekitError(
                f"a scene is {float(places.max()) + 1:.0f} cells long, and an OAT of width {config.width} encodes at "
                f"most {self.cells + 1}; use a wider one, or position='sine'"
            )
        if self.learned is not None:
            cell = places.round().long().clamp(0, self.cells - 1)
            return torch.cat([self.learned(cell[..., 0]), self.learned(cell[..., 1] + self.cells)], -1)
        plain = places.detach().cpu().double().numpy()
        code = (
            kernel_code(plain, axis, sigma=config.sigma, cells=self.cells)
            if config.position == "kernel"
            else sine_code(plain, axis)
        )
        return torch.from_numpy(code).flatten(-2).to(places)

    def forward(self, scenes: EncodedScenes, paths: Tensor) -> Tensor:
        """Score every next step of paths.

        Parameters
        ----------
        scenes : EncodedScenes
            A row per path.
        paths : (B, T) int64
            Objects fixated, 1 to P; 0 after a path's end.

        Returns
        -------
        (B, T + 1, 1 + P) float32
            Log-probability of the end (0) and of every object, given the fixations before; the end has probability 0 at
            the first step, objects that are padding at every step. Steps after a path's end mean nothing.
        """
        of_way = self._along(scenes.way, paths)
        if self.pointer is None:
            return self.scores(None, scenes, of_way, first=0)
        rows = torch.arange(len(paths), device=paths.device)[:, None]
        tokens = torch.cat([scenes.tokens[:, :1], scenes.tokens[rows, paths]], 1)
        hidden = self.decoder(self.timed(tokens, 0), self.memory(scenes))
        return self.scores(hidden, scenes, of_way, first=0)

    def _along(self, way: Way | None, paths: Tensor) -> Tensor | None:
        """(B, T + 1, 1 + P) scores of the way at every step up to a path's end; 0 after it."""
        if self.way is None or way is None:
            return None
        ways = [way]
        for fixated in paths.T:
            ways.append(ways[-1].fixate((fixated - 1).clamp(min=0)))
        live = functional.pad(paths > 0, (1, 0), value=True)
        scores = self.way(Way.along(ways, live))
        return scores.new_zeros(*live.shape, scores.shape[1]).masked_scatter(live[..., None], scores)

    def memory(self, scenes: EncodedScenes) -> Memory:
        """Begin step-by-step decoding of one path per row."""
        return Memory(scenes.scene, scenes.there[:, None, None], way=scenes.way)

    def step(self, scenes: EncodedScenes, memory: Memory, last: Tensor, step: int) -> Tensor:
        """(B,) objects fixated last (0 at step 0: the beginning) to (B, 1 + P) log-probabilities of the next."""
        if memory.way is not None and step > 0:
            memory.way = memory.way.fixate(last - 1)
        of_way = None if self.way is None or memory.way is None else self.way(memory.way)[:, None]
        hidden = None
        if self.pointer is not None:
            rows = torch.arange(len(last), device=last.device)
            hidden = self.decoder(self.timed(scenes.tokens[rows, last][:, None], step), memory, keep=True)
        return self.scores(hidden, scenes, of_way, first=step)[:, 0]

    def timed(self, tokens: Tensor, first: int) -> Tensor:
        """Add the code of the time step, and drop out."""
        times = sine_code(torch.arange(first, first + tokens.shape[1]).numpy(), self.config.width)
        return self.drop(tokens + torch.from_numpy(times).to(tokens))

    def scores(self, hidden: Tensor | None, scenes: EncodedScenes, of_way: Tensor | None, *, first: int) -> Tensor:
        """(B, L, width) decoder states, and scores of the way, to log-probabilities; state 0 belongs to `first`."""
        logits = torch.zeros((), device=scenes.there.device) if of_way is None else of_way
        if self.pointer is not None and hidden is not None and scenes.pointed is not None:
            logits = logits + self.pointer.scores(hidden, scenes.pointed)
        logits = logits.masked_fill(~scenes.there[:, None], float("-inf"))
        if first == 0:
            logits[:, 0, STOP] = float("-inf")
        return functional.log_softmax(logits.float(), -1)


class Appearance(nn.Module):
    """A small convolutional network on a crop, trained with the rest; a small crop is pooled less.

    Parameters
    ----------
    height, width : int
        Size of a crop, px: 150 x 93 in the paper.
    out : int
        Numbers per crop.
    """

    def __init__(self, height: int, width: int, out: int) -> None:
        super().__init__()
        first = 5 if height >= 100 else 2
        self.layers = nn.Sequential(
            nn.Conv2d(3, 16, 5), nn.MaxPool2d(first), nn.ReLU(),
            nn.Conv2d(16, 32, 3), nn.MaxPool2d(3), nn.ReLU(),
            nn.Flatten(),
        )  # fmt: skip
        # pooling before the ReLU gives the paper's numbers (both are monotone) on a quarter of the elements or fewer
        size = self.layers(torch.zeros(1, 3, height, width)).shape[1]
        self.out = nn.Linear(size, out)

    def forward(self, crops: Tensor) -> Tensor:
        """(B, 3, height, width) to (B, out)."""
        return self.out(self.layers(crops))
