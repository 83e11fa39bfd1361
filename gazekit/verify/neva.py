"""NeVA's foveation against outputs of the official code: perceived image, embedding, loss and position gradient."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.files.arrays import read_npz
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError
from gazekit.verify.outcome import Outcome

if TYPE_CHECKING:
    from torch import Tensor

TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-4  # relative
ARRAYS = {"images": 4, "blurred": 4, "S0_centres": 2, "p": 2, "perceived": 4, "embedding": 2, "loss": 1, "grad": 2}
PARAMETERS = ("sigma", "blur_kernel", "blur_sigma", "forgetting")


def verify_neva(reference: str | Path) -> Outcome:
    """Compare perceived images, embeddings, losses and position gradients with a file of reference outputs.

    The file's network is small and made up (its weights follow from a seed, see `toy_network`), so no trained weights
    are needed. The memory is one fovea at `S0_centres`, the candidate fixation is `p`, the objective the cosine
    distance to the sharp image's embedding. The gradient is the closed form that the searches use.

    Parameters
    ----------
    reference : path
        `.npz` with images and blurred (B, 3, H, W) float32, S0_centres and p (B, 2), perceived (B, 3, H, W), embedding
        (B, D), loss (B,), grad (B, 2), and `parameters`, JSON with sigma, blur_kernel, blur_sigma and forgetting.
        Positions are (row, column) in [-1, 1].

    Returns
    -------
    Outcome
        A row per quantity. Differences are absolute (tolerance 1e-5); the gradient's is relative to the longest of the
        file's (1e-4), and is scaled by 1/10 where the figure on the last line is taken, so that one tolerance holds.

    Raises
    ------
    DataError
        The file is not of this layout; the message says what is missing.
    """
    import torch

    from gazekit.models.neva.algorithm import acuity, perceive, position_gradient, sharpness
    from gazekit.models.neva.scenes import blur

    given, parameters = _read(Path(reference))
    tensors = {name: torch.from_numpy(array) for name, array in given.items()}
    images, centres, p = tensors["images"], tensors["S0_centres"], tensors["p"]
    size = (images.shape[2], images.shape[3])
    sigma = torch.tensor([parameters["sigma"]] * 2, dtype=torch.float32)
    periphery = blur(images, int(parameters["blur_kernel"]), float(parameters["blur_sigma"]))
    down, across = acuity(centres, sigma, size)
    memory = down[:, :, None] * across[:, None, :]
    perceived = perceive(images, periphery, sharpness(memory, *acuity(p, sigma, size))).requires_grad_(True)
    network = toy_network(tensors["embedding"].shape[1])
    embedding = network(perceived)
    loss = 1 - torch.cosine_similarity(embedding, network(images), dim=1)
    (pull,) = torch.autograd.grad(loss.sum(), perceived)
    gradient = position_gradient((pull * (images - periphery)).sum(dim=1), memory, p, sigma)
    ours = {"blurred": periphery, "perceived": perceived, "embedding": embedding, "loss": loss, "grad": gradient}
    rows = []
    for name, here in ours.items():
        there, relative = given[name].astype(np.float64), name == "grad"
        difference = float(np.abs(here.detach().numpy().astype(np.float64) - there).max())
        scale = float(np.linalg.norm(there, axis=1).max()) or 1.0 if relative else 1.0
        tolerance = GRADIENT_TOLERANCE if relative else TOLERANCE
        rows.append((name, "relative" if relative else "absolute", difference / scale, tolerance))
    notes = (f"{len(images)} image(s) of {size[1]} x {size[0]} cells; the gradient counts a tenth in the figure below",)
    columns = {"quantity": "", "difference is": "", "largest difference": ".1e", "tolerance": ".0e"}
    return Outcome.of(columns, rows, [row[2] * TOLERANCE / row[3] for row in rows], TOLERANCE, notes=notes)


def toy_network(outputs: int = 12) -> Any:
    """Return the small made-up network of the reference files: (B, 3, H, W) to (B, outputs).

    Two convolutions (7 x 7, stride 4, 8 channels; 5 x 5, stride 2, 16 channels; no padding, no bias) with
    rectification, the mean over space, and a matrix. Its weights are drawn from `numpy.random.default_rng(0)` in this
    order, each standard normal times sqrt(2 / number of inputs).
    """
    import torch
    from torch.nn import functional

    rng = np.random.default_rng(0)  # the file's own definition; not one of our draws
    shapes = ((8, 3, 7, 7), (16, 8, 5, 5), (outputs, 16))
    weights = [
        torch.from_numpy((rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32))
        for shape in shapes
    ]

    def network(x: "Tensor") -> "Tensor":
        x = torch.relu(functional.conv2d(x, weights[0], stride=4))
        x = torch.relu(functional.conv2d(x, weights[1], stride=2))
        return x.mean(dim=(2, 3)) @ weights[2].T

    return network


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    if not path.is_file():
        raise DataError(f"{path} is not there; give a neva_official_*.npz, as the reference files' README describes it")
    arrays = read_npz(path)
    missing = [name for name in (*ARRAYS, "parameters") if name not in arrays]
    if missing:
        raise DataError(f"{path} has no {', '.join(missing)}; a NeVA reference has {', '.join(ARRAYS)} and parameters")
    for name, dimensions in ARRAYS.items():
        if arrays[name].ndim != dimensions or arrays[name].dtype.kind != "f":
            kind = f"{arrays[name].dtype}, {arrays[name].ndim} dimensions"
            raise DataError(f"{path}: {name} must be floating point with {dimensions} dimensions, not {kind}")
        if len(arrays[name]) != len(arrays["images"]):
            raise DataError(f"{path}: {name} has {len(arrays[name])} rows and images {len(arrays['images'])}")
    for name in ("blurred", "perceived"):
        shapes = arrays[name].shape, arrays["images"].shape
        if shapes[0] != shapes[1]:
            raise DataError(f"{path}: {name} has the shape {shapes[0]} and images {shapes[1]}; they must agree")
    try:
        parameters = parse_json(str(arrays["parameters"]))
        numbers = {name: float(parameters[name]) for name in PARAMETERS}
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: parameters must be JSON with {', '.join(PARAMETERS)} ({error!r})") from error
    return {name: arrays[name].astype(np.float32) for name in ARRAYS}, numbers
