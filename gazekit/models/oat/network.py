"""The network, in the order of the paper's figure.

    objects and target -> 1 tokens -> 2 encoder -> 3 decoder over the path so far -> 4 pointer -> next object or the end

1. A token of every object and of the target: what it looks like (`Appearance`) beside where it is (`OatNetwork.place`).
2. The encoder: self-attention over the tokens of a scene.
3. The decoder: self-attention over the fixations so far, and attention to the scene.
4. The pointer (`Pointer`) compares the decoder's state with every token. Pointing at the target's token means
   "found: stop".

`OatNetwork` puts them together: `encode` is 1 and 2, once for a scene; `forward` is 3 and 4, for every step of whole
paths. Training maximises the likelihood of people's next object (`training.py`). `fast/decoding.py` gives the same
numbers step by step, and keeps what it has computed. `history.py` is an addition of ours, off in the paper's network.

Classes and tokens of a scene have one order: 0 is the target token, 1 to P are the objects. Paths are given in these
numbers too.

Source: Fang et al. (2024), Oat: object-level attention transformer for gaze scanpath prediction, ECCV. The target's
flag is a learned vector here, where the paper takes a third row of its position table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.foundations.errors import GazekitError
from gazekit.models.devices import full_float32
from gazekit.models.oat.batch import Batch
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.history import GazeHistory, HistoryScores
from gazekit.models.oat.position import kernel_code

STOP = 0  # class and token of the target: the end of search
OBJECT, TARGET, TARGET_OBJECT, BEGIN = range(4)  # types of tokens
LONGEST_AXIS = 32  # cells that a position code is built for, where it is wide enough

KeysValues = tuple[Tensor, Tensor]

# 1. Objects and target


@dataclass
class SceneBatch(Batch):
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
        rows, columns = (
            ((side - 4) // first - 2) // 3 for side in (height, width)
        )  # what convolutions and pools leave
        self.out = nn.Linear(32 * rows * columns, out)

    def forward(self, crops: Tensor) -> Tensor:
        """(B, 3, height, width) to (B, out)."""
        return self.out(self.layers(crops))


def sine_code(places: np.ndarray, width: int) -> np.ndarray:
    """The transformer's sinusoidal code of places (or of time steps).

    Parameters
    ----------
    places : (...,) float64
        Any real numbers.
    width : int
        Even.

    Returns
    -------
    (..., width) float64
        Sines in even columns, cosines in odd ones; frequencies 10000^(-k / width), k = 0, 2, 4 ...

    References
    ----------
    Vaswani et al. (2017), Attention is all you need, NeurIPS, section 3.5.

    Examples
    --------
    >>> sine_code(np.array([0.0]), 4).tolist()
    [[0.0, 1.0, 0.0, 1.0]]
    """
    angles = np.asarray(places, dtype=float)[..., None] * 10000.0 ** (-np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(*angles.shape[:-1], width)


# 2. Encoder


class Attention(nn.Module):
    """Multi-head attention.

    Parameters
    ----------
    width, heads : int
        Width of a token; heads share it.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def keys_values(self, x: Tensor) -> KeysValues:
        """(B, n, width) to keys and values, (B, heads, n, width / heads) each."""
        return self._split(self.key(x)), self._split(self.value(x))

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, allowed: Tensor | None) -> Tensor:
        """Attend from (B, L, width) to keys and values; `allowed` is True where attention may go, or None."""
        mixed = functional.scaled_dot_product_attention(self._split(self.query(x)), keys, values, attn_mask=allowed)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Block(nn.Module):
    """Self-attention, cross-attention in a decoder, and two linear layers, each with a skip and a norm after it.

    Parameters
    ----------
    width, heads, feed_forward : int
        Sizes.
    dropout : float
        In training only.
    cross : bool
        Whether the block also attends to a scene, as a decoder's does.
    """

    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float, *, cross: bool) -> None:
        super().__init__()
        self.own = Attention(width, heads)
        self.cross = Attention(width, heads) if cross else None
        self.first, self.second = nn.Linear(width, feed_forward), nn.Linear(feed_forward, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3 if cross else 2))
        self.drop = nn.Dropout(dropout)

    def forward(
        self,
        x: Tensor,
        keys_values: KeysValues,
        allowed: Tensor | None,
        scene: KeysValues | None = None,
        scene_allowed: Tensor | None = None,
    ) -> Tensor:
        """(B, L, width) to the same; self-attention's keys and values are given, since a decoder keeps earlier ones."""
        norms = iter(self.norms)
        x = next(norms)(x + self.drop(self.own(x, *keys_values, allowed)))
        if self.cross is not None and scene is not None:
            x = next(norms)(x + self.drop(self.cross(x, *scene, scene_allowed)))
        return next(norms)(x + self.drop(self.second(self.drop(functional.relu(self.first(x))))))


class Layers(nn.Module):
    """Base of encoder and decoder: blocks that differ only in whether they attend to a scene."""

    cross = False

    def __init__(self, layers: int, width: int, heads: int, feed_forward: int, dropout: float) -> None:
        super().__init__()
        every = [Block(width, heads, feed_forward, dropout, cross=self.cross) for _ in range(layers)]
        self.blocks: Iterable[Block] = nn.ModuleList(every)  # type: ignore[assignment]


class SceneEncoder(Layers):
    """Self-attention over the tokens of a scene."""

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """(B, n, width) and (B, n) True where there is a token, to (B, n, width)."""
        for block in self.blocks:
            x = block(x, block.own.keys_values(x), there[:, None, None])
        return x


# 3. Decoder over the path so far


class PathDecoder(Layers):
    """Self-attention over the fixations so far, and attention to the scene."""

    cross = True

    def scene(self, encoded: Tensor) -> list[KeysValues]:
        """Keys and values of encoded scenes (S, n, width), per layer: once for all paths on them."""
        return [block.cross.keys_values(encoded) for block in self.blocks if block.cross is not None]

    def forward(self, x: Tensor, scene: list[KeysValues], there: Tensor) -> Tensor:
        """(B, L, width) tokens of paths, scenes, and (B, n) True where there is an object, to (B, L, width).

        A token sees itself and the ones before.
        """
        before = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        for block, seen in zip(self.blocks, scene, strict=True):
            x = block(x, block.own.keys_values(x), before, seen, there[:, None, None])
        return x


# 4. Pointer


class Pointer(nn.Module):
    """The pointer: each head compares a decoder state with every encoded token; a linear mix of the heads decides."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, width**-0.5
        self.state, self.token = nn.Linear(width, heads * width), nn.Linear(width, heads * width)
        self.mix = nn.Linear(heads, 1, bias=False)  # a bias would be the same for every class

    def pointed(self, encoded: Tensor) -> Tensor:
        """(S, n, width) encoded tokens to what states are compared with, (S, heads, n, width)."""
        return self.token(encoded).unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def scores(self, hidden: Tensor, pointed: Tensor) -> Tensor:
        """(B, L, width) decoder states and (B, heads, n, width) to (B, L, n)."""
        state = self.state(hidden).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return self.mix((state @ pointed.transpose(2, 3) * self.scale).permute(0, 2, 3, 1))[..., 0]


class Vocabulary(nn.Module):
    """The ablation without object attention: a fixed number of objects, told apart by their number only."""

    def __init__(self, width: int, most: int) -> None:
        super().__init__()
        self.out = nn.Linear(width, 1 + most)

    def pointed(self, encoded: Tensor) -> Tensor:
        """(S, n, width) encoded tokens, of which only the number counts."""
        return encoded

    def scores(self, hidden: Tensor, encoded: Tensor) -> Tensor:
        """(B, L, width) to (B, L, n)."""
        if encoded.shape[1] > self.out.out_features:
            raise ValueError(
                f"a scene has {encoded.shape[1] - 1} objects, and max_objects is {self.out.out_features - 1}"
            )
        return self.out(hidden)[..., : encoded.shape[1]]


# All together


@dataclass
class EncodedScenes(Batch):
    """What the decoder needs of scenes, computed once for all their paths; None or empty without a transformer.

    Parameters
    ----------
    there : (S, 1 + P) bool
        True where there is an object, and for the target's token.
    tokens : (S, 1 + P, width) float32
        Object tokens as the decoder is given them; row 0 is the beginning of a path.
    encoded : (S, 1 + P, width) float32
        What the encoder makes of the target's token and the objects'.
    scene : list of pairs
        The decoder's keys and values, per layer.
    pointed : tensor
        What the pointer compares with.
    history : GazeHistory, optional
        Where there are no fixations yet, for a network that scores the gaze history.
    """

    there: Tensor
    tokens: Tensor
    encoded: Tensor
    scene: list[KeysValues]
    pointed: Tensor
    history: GazeHistory | None = None


class OatNetwork(nn.Module):
    """Object-level attention transformer.

    Parameters
    ----------
    config : OatConfig
        Sizes and choices.

    References
    ----------
    Fang et al. (2024), Oat: object-level attention transformer for gaze scanpath prediction, ECCV.
    """

    def __init__(self, config: OatConfig) -> None:
        super().__init__()
        self.config = config
        half, axis, sees = config.width // 2, config.width // 4, config.appearance == "crops"
        self.appearance = Appearance(config.crop_height, config.crop_width, half) if sees else None
        self.types = nn.Embedding(4, config.width)
        self.reflection = nn.Embedding(4, config.width) if config.reflections else None
        self.cells = min(LONGEST_AXIS, axis - 8)
        self.learned = nn.Embedding(2 * self.cells, axis) if config.position == "learned" else None
        sizes = (config.width, config.heads, config.feed_forward, config.dropout)
        layers = (0, 0) if config.pointer == "none" else (config.encoder_layers, config.decoder_layers)
        self.encoder, self.decoder = SceneEncoder(layers[0], *sizes), PathDecoder(layers[1], *sizes)
        self.drop = nn.Dropout(config.dropout)
        self.pointer: Pointer | Vocabulary | None = None
        if config.pointer == "object-attention":
            self.pointer = Pointer(config.width, config.pointer_heads)
        elif config.pointer == "vocabulary":
            self.pointer = Vocabulary(config.width, config.max_objects)
        scored = config.pointer_bias == "history"
        self.history = HistoryScores(config.history_hidden, config.dropout, half * sees) if scored else None
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        if self.history is not None:
            self.history.zero()

    def encode(self, scenes: SceneBatch) -> EncodedScenes:
        """Encode scenes; every token's last axis is appearance, then position."""
        types, given = self.types.weight, self.config.target and self.config.target_position == "given"
        # 1. a token of every object and of the target
        pictures, seen = self.look(scenes)
        places = self.place(scenes.places)
        rows, nothing = torch.arange(len(seen), device=seen.device), torch.zeros_like(seen[:, 0])
        objects = torch.cat([seen, places], -1) + types[OBJECT]
        picture = self.look_at_target(scenes, pictures, seen)
        target = torch.cat([picture, places[rows, scenes.target] if given else nothing], -1) + types[TARGET]
        history = self.begin(scenes, seen, picture)
        there = functional.pad(scenes.there, (1, 0), value=True)
        if self.pointer is None:
            return EncodedScenes(there, nothing, nothing, [], nothing, history)
        begin = torch.cat([nothing, self.place(scenes.start)], -1) + types[BEGIN]
        if self.reflection is not None:
            target, begin = target + self.reflection(scenes.reflection), begin + self.reflection(scenes.reflection)
        # 2. the encoder
        encoded = self.encoder(torch.cat([target[:, None], objects], 1), there)
        # for 3 and 4: tokens of fixations, and what decoder and pointer compare them with
        fixated = objects.clone()
        if given:
            fixated[rows, scenes.target] += types[TARGET_OBJECT] - types[OBJECT]
        tokens, scene = torch.cat([begin[:, None], fixated], 1), self.decoder.scene(encoded)
        return EncodedScenes(there, tokens, encoded, scene, self.pointer.pointed(encoded), history)

    def look(self, scenes: SceneBatch) -> tuple[Tensor, Tensor]:
        """What the pictures of a batch show (U, width / 2), and the objects (S, P, width / 2); zeros without sight."""
        if self.appearance is None:
            nothing = scenes.places.new_zeros(*scenes.there.shape, self.config.width // 2)
            return nothing[:0, 0], nothing
        if scenes.crops is None:
            raise ValueError("this network sees the objects, and the scenes have no crops")
        with full_float32():
            pictures = self.appearance(scenes.crops)
        return pictures, pictures[scenes.crop_of] * scenes.there[..., None]

    def look_at_target(self, scenes: SceneBatch, pictures: Tensor, seen: Tensor) -> Tensor:
        """What the target looks like, (S, width / 2); zeros for a network without a target, or without sight."""
        if not self.config.target:
            return torch.zeros_like(seen[:, 0])
        if self.appearance is None or self.config.target_crop == "scene":
            return seen[torch.arange(len(seen), device=seen.device), scenes.target]
        if scenes.target_crop_of is None:
            raise ValueError("this network is given the target's own picture, and the scenes have none")
        return pictures[scenes.target_crop_of]

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
        sine = config.position == "sine"
        code = sine_code(plain, axis) if sine else kernel_code(plain, axis, sigma=config.sigma, cells=self.cells)
        return torch.from_numpy(code).flatten(-2).to(places)

    def begin(self, scenes: SceneBatch, seen: Tensor, picture: Tensor) -> GazeHistory | None:
        """The history before the first fixation; None for a network that does not score it."""
        if self.history is None:
            return None
        target = torch.zeros_like(scenes.there)
        if self.config.target and self.config.target_position == "given":
            target[torch.arange(len(target), device=target.device), scenes.target] = True
        likeness = self.history.alike(seen, picture)
        if likeness is not None and not self.config.target:
            likeness = torch.zeros_like(likeness)
        return GazeHistory.begin(scenes.places, scenes.there, scenes.start, target, likeness)

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
        of_history = hidden = None
        if self.history is not None and scenes.history is not None:
            of_history = self.history.along(scenes.history, paths)
        if self.pointer is not None:
            rows = torch.arange(len(paths), device=paths.device)[:, None]
            tokens = torch.cat([scenes.tokens[:, :1], scenes.tokens[rows, paths]], 1)
            hidden = self.decoder(self.timed(tokens, 0), scenes.scene, scenes.there)
        return self.point(scenes, hidden, of_history, first=0)

    def timed(self, tokens: Tensor, first: int) -> Tensor:
        """Add the code of the time step, and drop out."""
        times = sine_code(np.arange(first, first + tokens.shape[1]), self.config.width)
        return self.drop(tokens + torch.from_numpy(times).to(tokens))

    def point(self, scenes: EncodedScenes, hidden: Tensor | None, of_history: Tensor | None, *, first: int) -> Tensor:
        """Decoder states (B, L, width), and scores of the history, to log-probabilities; state 0 is step `first`."""
        logits = torch.zeros((), device=scenes.there.device) if of_history is None else of_history
        if self.pointer is not None and hidden is not None:
            logits = logits + self.pointer.scores(hidden, scenes.pointed)
        logits = logits.masked_fill(~scenes.there[:, None], float("-inf"))
        if first == 0:
            logits[:, 0, STOP] = float("-inf")
        return functional.log_softmax(logits.float(), -1)
