"""Pointers: from decoder states and encoded tokens to a score of every object and of the end."""

import torch
from torch import Tensor, nn


class ObjectAttention(nn.Module):
    """The pointer: each head compares a decoder state with every encoded token; a linear mix of the heads decides."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.scale = heads, width**-0.5
        self.state, self.token = nn.Linear(width, heads * width), nn.Linear(width, heads * width)
        self.mix = nn.Linear(heads, 1, bias=False)  # a bias would be the same for every class

    def forward(self, hidden: Tensor, encoded: Tensor) -> Tensor:
        """(B, L, width) and (B, n, width) to (B, L, n)."""
        state, token = (f(x).unflatten(-1, (self.heads, -1)) for f, x in ((self.state, hidden), (self.token, encoded)))
        return self.mix(torch.einsum("blhd,bnhd->blnh", state, token) * self.scale)[..., 0]


class Vocabulary(nn.Module):
    """The ablation without object attention: a fixed number of objects, told apart by their number only."""

    def __init__(self, width: int, most: int) -> None:
        super().__init__()
        self.out = nn.Linear(width, 1 + most)

    def forward(self, hidden: Tensor, encoded: Tensor) -> Tensor:
        """(B, L, width) to (B, L, n)."""
        if encoded.shape[1] > self.out.out_features:
            raise ValueError(
                f"a scene has {encoded.shape[1] - 1} objects, and max_objects is {self.out.out_features - 1}"
            )
        return self.out(hidden)[..., : encoded.shape[1]]
