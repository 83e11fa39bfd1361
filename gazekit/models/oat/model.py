"""OAT as a scanpath model: trials with objects and a target in, sequences of objects out."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError, LearnedError, check_choice
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.contract import DrawnPath, Request, ScanpathModel
from gazekit.models.devices import chosen_device
from gazekit.models.oat.checkpoint import FILES, Checkpoint, load_checkpoint
from gazekit.models.oat.fast.decoding import decode
from gazekit.models.oat.network import OatNetwork
from gazekit.models.oat.scenes import ObjectPaths, batch_of, needs_of, padded, scene_of
from gazekit.models.option_checks import allowing_seen
from gazekit.models.threads import one_thread

SHIPPED = Path(__file__).parent / "shipped.safetensors"


class Oat(ScanpathModel):
    """Object-level attention transformer: people's next object, and when they stop.

    Fixations lie on the centres of objects, and have no durations. `needs` depends on the network: one that was told
    where the target is needs `target_object`, one that was given the target's own picture needs `target`.

    Parameters
    ----------
    checkpoint : path, optional
        A trained network, or a folder with several (`*.safetensors`, one per fold): each trial is then predicted by the
        first that has not learned from its stimulus. Default: the network that comes with gazekit. It has learned from
        simulated searchers of made-up shelves, not from people; it sees the objects and a picture of the target, and
        is not told where the target is (docs/models/oat.md).
    decoding : {"sample", "argmax"}
        Draw from the distribution of the next object, or take its most probable one (all samples are then equal).
    temperature : float
        Sharpens (below 1) or flattens the distribution; 1 is what was learned.
    inhibition : bool
        Never go back to an object.
    allow_seen : bool
        Predict also trials whose stimuli every network has learned from. Their scores say nothing about new ones.

    Raises
    ------
    DataError
        The checkpoint is not there, is damaged, or is of another kind or version.
    GazekitError
        An option out of range.

    References
    ----------
    Fang et al. (2024), Oat: object-level attention transformer for gaze scanpath prediction, ECCV.
    """

    name = "oat"
    stops = True
    needs: tuple[str, ...] = ("objects", "target")  # those of the network that comes with gazekit

    def __init__(
        self,
        checkpoint: str | Path | None = None,
        decoding: str = "sample",
        temperature: float = 1.0,
        inhibition: bool = False,
        allow_seen: bool = False,
    ) -> None:
        check_choice("OAT's decoding", decoding, ("sample", "argmax"))
        if not temperature > 0:
            raise GazekitError(f"OAT's temperature must be above 0, not {temperature}")
        self.checkpoint = str(checkpoint) if checkpoint is not None else None
        self.decoding, self.temperature, self.inhibition = decoding, temperature, inhibition
        self.allow_seen = allow_seen
        self.deterministic = decoding == "argmax"
        self._checkpoints = _load(SHIPPED if checkpoint is None else Path(checkpoint))
        self.sha256 = "".join(c.sha256[:16] for c in self._checkpoints)
        needs = dict.fromkeys(need for c in self._checkpoints for need in needs_of(c.network.config))
        self.needs = tuple(needs)  # what is needed depends on what the network is told

    @property
    def provenance(self) -> str:
        """Which network this is, and what it has learned from, in a sentence."""
        about = self._checkpoints[0].trained_on
        whose = "the network that comes with gazekit" if self.checkpoint is None else self.checkpoint
        more = f" and {len(self._checkpoints) - 1} more" if len(self._checkpoints) > 1 else ""
        learned = f"{len(about.get('stimuli', ()))} stimuli of {about.get('data', 'an unknown data set')!r}"
        simulated = ", whose searchers are simulated" if about.get("data") == "shelves" else ""
        return f"{whose}{more}: learned from {learned}{simulated}; weights {self.sha256[:16]}"

    def paths(self, request: Request) -> Iterator[tuple[int, list[DrawnPath]]]:
        """Decode each trial's samples together; `object_id` is the object of every fixation."""
        device, greedy = chosen_device(request.device).type, self.decoding == "argmax"
        for number, trial in enumerate(request.trials):
            checkpoint = self.checkpoint_for(trial.stimulus)
            network, limit = checkpoint.network.to(device), request.limit(number) or checkpoint.longest
            scene = scene_of(trial, network.config)
            samples = 1 if greedy else request.n_samples
            draws = [keyed_rng(request.seed, "oat", trial.id, k).random(limit) for k in range(samples)]
            with torch.no_grad(), one_thread():
                decoded = decode(
                    network,
                    network.encode(batch_of([scene]).to(device)),
                    None if greedy else np.stack(draws),
                    samples=samples,
                    longest=limit,
                    temperature=self.temperature,
                    inhibition=self.inhibition,
                )
            centres = [scene.centres[objects] for objects in decoded]
            drawn = [DrawnPath(xy[:, 0], xy[:, 1], None, objects) for xy, objects in zip(centres, decoded, strict=True)]
            yield number, drawn * (request.n_samples if greedy else 1)

    def log_likelihood(self, dataset: Dataset, *, rule: str = "nearest", device: str = "auto") -> list[np.ndarray]:
        """Log-likelihood of people's paths.

        Parameters
        ----------
        dataset : Dataset
            Trials with objects and a target; human scanpaths.
        rule : {"nearest", "containing"}
            What a fixation between objects counts as; see `Scanpaths.to_objects`.
        device : str
            "auto", "cpu" or "cuda".

        Returns
        -------
        list of (n + 1,) float64
            One array per path with a fixation on an object, in order: nats of every fixation, then of the end.
        """
        device = chosen_device(device).type
        out: dict[int, np.ndarray] = {}
        checkpoint_of = {trial.id: self.checkpoint_for(trial.stimulus) for trial in dataset.trials}
        for checkpoint in self._checkpoints:
            ids = [trial for trial, own in checkpoint_of.items() if own is checkpoint]
            if ids:
                network, rows = checkpoint.network.to(device), dataset.scanpaths.table["trial"].isin(ids).to_numpy()
                data = ObjectPaths.from_dataset(dataset.select(trials=ids), network.config, rule=rule)
                scores = path_log_likelihoods(network, data, device)
                out |= dict(zip(np.flatnonzero(rows)[data.rows].tolist(), scores, strict=True))
        return [out[k] for k in sorted(out)]

    def check_unseen(self, trials: Iterable[Trial]) -> None:
        """Raise `LearnedError` for the first stimulus that all networks have learned from; see `checkpoint_for`."""
        for trial in trials:
            self.checkpoint_for(trial.stimulus)

    def checkpoint_for(self, stimulus: str) -> Checkpoint:
        """The first network that has not learned from a stimulus.

        Raises
        ------
        LearnedError
            All have, and `allow_seen` is off.
        """
        for checkpoint in self._checkpoints:
            if stimulus not in checkpoint.trained_on.get("stimuli", ()):
                return checkpoint
        if self.allow_seen:
            return self._checkpoints[0]
        if self.checkpoint is None:
            raise LearnedError(
                f"the network that comes with gazekit has learned from the stimulus {stimulus!r}; predict others "
                f"(made-up shelves with covers='test'), or give {allowing_seen(self.name, 'stimuli')}"
            )
        raise LearnedError(
            f"every network in {self.checkpoint} has learned from the stimulus {stimulus!r}; give the folder of a "
            f"k-fold training, or {allowing_seen(self.name, 'stimuli')}"
        )


@torch.no_grad()
def path_log_likelihoods(network: OatNetwork, data: ObjectPaths, device: str = "cpu") -> list[np.ndarray]:
    """Log-likelihood of every fixation of every path, then of its end: one (n + 1,) float64 array per path, nats."""
    out: list[np.ndarray] = [np.empty(0)] * len(data.paths)
    network.eval()
    for number, scene in enumerate(data.scenes):
        members = np.flatnonzero(data.scene_of_path == number)
        encoded = network.encode(batch_of([scene]).to(device))
        inputs, labels = (x.to(device) for x in padded([data.paths[int(k)] for k in members]))
        scores = network(encoded.rows(torch.zeros(len(members), dtype=torch.int64, device=device)), inputs)
        picked = scores.gather(2, labels.clamp(min=0)[..., None])[..., 0].double().cpu().numpy()
        for row, k in enumerate(members.tolist()):
            out[k] = picked[row, : len(data.paths[k]) + 1]
    return out


def _load(path: Path) -> list[Checkpoint]:
    return [load_checkpoint(file) for file in FILES.among(path)]
