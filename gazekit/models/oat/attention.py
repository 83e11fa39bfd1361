"""Transformer layers, written out so that a decoder can keep what it has computed for the tokens before."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.models.oat.way import Way


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

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
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
        Whether the block also attends to a memory, as a decoder's does.
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
        keys_values: tuple[Tensor, Tensor],
        allowed: Tensor | None,
        memory: tuple[Tensor, Tensor] | None = None,
        memory_allowed: Tensor | None = None,
    ) -> Tensor:
        """(B, L, width) to the same; self-attention's keys and values are given, since a decoder keeps earlier ones."""
        norms = iter(self.norms)
        x = next(norms)(x + self.drop(self.own(x, *keys_values, allowed)))
        if self.cross is not None and memory is not None:
            x = next(norms)(x + self.drop(self.cross(x, *memory, memory_allowed)))
        return next(norms)(x + self.drop(self.second(self.drop(functional.relu(self.first(x))))))


@dataclass
class Memory:
    """What is kept between steps: keys and values of the scene and of a path's earlier tokens, per layer; its way."""

    scene: list[tuple[Tensor, Tensor]]
    allowed: Tensor  # (B, 1, 1, n): True where there is an object
    own: list[tuple[Tensor, Tensor]] = field(default_factory=list)
    way: Way | None = None

    def rows(self, index: Tensor) -> "Memory":
        """Keep some rows of the batch, in this order."""
        pick = lambda pairs: [(k[index], v[index]) for k, v in pairs]  # noqa: E731
        way = None if self.way is None else self.way.rows(index)
        return Memory(pick(self.scene), self.allowed[index], pick(self.own), way)


class Encoder(nn.Module):
    """Self-attention over the tokens of a scene."""

    def __init__(self, layers: int, width: int, heads: int, feed_forward: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, heads, feed_forward, dropout, cross=False) for _ in range(layers))

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """(B, n, width) and (B, n) True where there is a token, to (B, n, width)."""
        allowed = there[:, None, None]
        for block in _blocks(self.blocks):
            x = block(x, block.own.keys_values(x), allowed)
        return x


class Decoder(nn.Module):
    """Self-attention over the fixations so far, and attention to the scene."""

    def __init__(self, layers: int, width: int, heads: int, feed_forward: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, heads, feed_forward, dropout, cross=True) for _ in range(layers))

    def memory(self, encoded: Tensor, there: Tensor) -> Memory:
        """Prepare a scene (B, n, width) for any number of steps."""
        return Memory([b.cross.keys_values(encoded) for b in _blocks(self.blocks) if b.cross], there[:, None, None])

    def forward(self, x: Tensor, memory: Memory, *, keep: bool = False) -> Tensor:
        """(B, L, width) to the same; a token sees itself and the ones before.

        With `keep`, `x` continues the tokens that `memory` has already seen, and is added to them.
        """
        before = memory.own[0][0].shape[2] if memory.own else 0
        length = x.shape[1]
        allowed = torch.ones(length, before + length, dtype=torch.bool, device=x.device).tril(before)
        kept = []
        for k, block in enumerate(_blocks(self.blocks)):
            keys, values = block.own.keys_values(x)
            if before:
                keys, values = torch.cat([memory.own[k][0], keys], 2), torch.cat([memory.own[k][1], values], 2)
            kept.append((keys, values))
            x = block(x, (keys, values), allowed, memory.scene[k], memory.allowed)
        if keep:
            memory.own = kept
        return x


def _blocks(modules: nn.ModuleList) -> list[Block]:
    """The blocks of a list that has forgotten their type."""
    return [m for m in modules if isinstance(m, Block)]
