"""Pointers: from decoder states and encoded tokens to a score of every object and of the end."""

from torch import Tensor, nn


class ObjectAttention(nn.Module):
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

    def forward(self, hidden: Tensor, encoded: Tensor) -> Tensor:
        """(B, L, width) and (B, n, width) to (B, L, n)."""
        return self.scores(hidden, self.pointed(encoded))


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

    def forward(self, hidden: Tensor, encoded: Tensor) -> Tensor:
        """(B, L, width) and (B, n, width) to (B, L, n)."""
        return self.scores(hidden, encoded)
