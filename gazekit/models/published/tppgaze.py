"""TPP-Gaze, run by its authors' code `tppgaze` (59cf572), of which nothing is here."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.cells import log_normal_masses
from gazekit.models.contract import DrawnPath
from gazekit.models.option_checks import positive
from gazekit.models.published.deepgaze3 import DeepGaze3
from gazekit.models.published.next_fixation import NextFixation, building

RELEASE = "github.com/phuselab/tppgaze (model_transformer.pth or model_rnn.pth of release v1.0.0)"
PACKAGE = (
    "clone github.com/phuselab/tppgaze, put its folder on PYTHONPATH, and install what its file `requirements` names"
)


class TppGaze(NextFixation):
    """TPP-Gaze: where people look next and for how long while viewing freely, by its authors' network.

    A path ends when its durations reach `seconds`; the fixation that would cross that time is left out, and a path may
    be empty. Each path is drawn alone: their transformer attends across a batch, so that samples drawn together depend
    on each other.

    Parameters
    ----------
    weights : path
        `model_transformer.pth` or `model_rnn.pth`, from the authors' release. gazekit downloads nothing here.
    config : path
        Their `data/config.yaml`; its `context` must be that of the weights.
    seconds : float
        For how long the image is viewed.
    temperature : float, optional
        Of places: standard deviations of the 16 Gaussians, in halves of the image's sides, are raised to this power.
        Default: paths are drawn at the configuration's (2, as published), densities are as they were trained, at 1.
    allow_seen : bool
        Score it also on images that are called like those of COCO and MIT1003. It has learned from a part of them, and
        which is not published.

    Raises
    ------
    GazekitError
        `tppgaze` or a package that it needs is not installed, an option is missing or out of range, or a density is
        asked for after fixations without durations.
    DataError
        Weights or configuration are not there, or do not go together.

    References
    ----------
    D'Amelio, Cartella, Cuculo, Lucchi, Cornia, Cucchiara, Boccignone (2025), TPP-Gaze: Modelling gaze dynamics in space
    and time with neural temporal point processes, WACV.
    """

    name = "tppgaze"
    kept = "metadata"
    learned = "a part of COCO-FreeView and MIT1003, which is not published"
    seen = rf"\d{{12}}\.jpg|{DeepGaze3.seen}"
    stops = True

    def __init__(
        self,
        weights: str | Path | None = None,
        config: str | Path | None = None,
        seconds: float = 3.0,
        temperature: float | None = None,
        allow_seen: bool = False,
    ) -> None:
        super().__init__(weights, RELEASE, allow_seen)
        if config is None or not Path(config).is_file():
            lacks = "" if config is None else f", and {config} is not there"
            raise DataError(f"model 'tppgaze' needs its authors' data/config.yaml: config=FILE{lacks}")
        self.config, self.seconds = str(config), positive("seconds", seconds)
        self.temperature = None if temperature is None else positive("temperature", temperature)

    def build(self) -> Any:
        """Make the network; see `NextFixation`."""
        with building(self.name, PACKAGE) as imported:
            return imported("tppgaze.tppgaze").TPPGaze(self.config, self.weights, "cpu")

    def network(self, device: str | None = None) -> Any:
        """The network on a device; see `NextFixation`."""
        found = super().network(device)
        where = found.device = next(found.parameters()).device
        for each in found.modules():  # a constant that is no buffer, and stays behind when the network moves
            if isinstance(getattr(each, "position_vec", None), Tensor):
                each.position_vec = each.position_vec.to(where)
        return found

    def prepare(self, trial: Trial) -> Tensor:
        """(3, 512, 512) float32: the image as the network was trained on it; see `ScanpathModel.prepare`."""
        from PIL import Image

        self.refuse_seen(trial)
        with building(self.name, PACKAGE) as imported:
            found: Tensor = imported("tppgaze.utils").get_preprocess()(Image.fromarray(trial.image))
        return found

    @torch.inference_mode()
    def draw(self, trial: Trial, prepared: Tensor, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        network = self.network()
        network.temperature = network.cfg.temperature if self.temperature is None else self.temperature
        with torch.random.fork_rng():
            torch.manual_seed(int(rng.integers(2**63)))
            drawn = network.sample(
                t_end=self.seconds, img=prepared.to(network.device), batch_size=1, temperature=network.temperature
            )
        seconds, places, there = (each[0].double().cpu().numpy() for each in drawn)
        n = int(there.sum()) if max_fixations is None else min(int(there.sum()), max_fixations)
        x, y = (
            np.clip((at + 1) / 2 * (side - 1), 0, side - 1)
            for at, side in zip(places[:n].T, trial.frame.size, strict=True)
        )
        return DrawnPath(x, y, seconds[:n] * 1000)

    def _contexts(self, trial: Trial, prepared: Tensor, path: Scanpath) -> Tensor:
        """(1, n + 1, size): what the network knows before each fixation of a path and after the last."""
        network = self.network()
        if np.isnan(path.durations()).any():
            raise GazekitError(
                f"tppgaze's density depends on how long people looked, and a path on trial {trial.id!r} has no "
                f"durations; give paths with durations"
            )
        sides = [2 * at / (side - 1) - 1 for at, side in zip((path.x, path.y), trial.frame.size, strict=True)]
        seconds, places = (
            torch.as_tensor(each, dtype=torch.float32, device=network.device)[None]
            for each in (path.durations() / 1000, np.stack(sides, -1))
        )
        known = network.context.get_context_init()[None, None]
        if len(path):
            known = network.get_context(network.get_features(seconds, places), remove_last=False)
        return network.merge.forward([known, network.get_metadata(prepared[None].to(network.device))])

    @torch.inference_mode()
    def following(self, trial: Trial, prepared: Tensor, history: Scanpath, shape: tuple[int, int]) -> np.ndarray:
        """Log density of the next fixation: masses of the mixture in the cells, of its mass inside the image.

        See `NextFixation`.
        """
        context = self._contexts(trial, prepared, history)[:, -1:]
        mixture = self.network().get_marks_dist(context, 1.0 if self.temperature is None else self.temperature)
        weights = mixture.mixture_distribution.logits[0, 0].log_softmax(-1).double().cpu().numpy()
        gaussians = mixture.component_distribution.base_dist
        centres, spreads = (each[0, 0].double().cpu().numpy().T for each in (gaussians.loc, gaussians.scale))
        masses = []
        for side, cells, centre, spread in zip(trial.frame.size, shape[::-1], centres, spreads, strict=True):
            edges = 2 * np.linspace(0, side, cells + 1) / (side - 1) - 1
            masses.append(log_normal_masses((edges - centre[:, None]) / spread[:, None]))
        total = np.full(shape, -np.inf)
        for weight, along_x, along_y in zip(weights, *masses, strict=True):
            total = np.logaddexp(total, weight + along_y[:, None] + along_x)
        return total - np.logaddexp.reduce(total, axis=None)

    @torch.inference_mode()
    def duration_log_density(self, trial: Trial, path: Scanpath) -> np.ndarray:
        """(n,) float64: log density of the duration of each fixation after those before it, nats per ms."""
        contexts = self._contexts(trial, self.prepare(trial), path)[:, :-1]
        seconds = torch.as_tensor(path.durations() / 1000, dtype=torch.float32, device=contexts.device)
        found = self.network().get_inter_time_dist(contexts).log_prob(seconds[None])[0]
        return found.double().cpu().numpy() - np.log(1000)
