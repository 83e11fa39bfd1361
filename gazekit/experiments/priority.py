"""Train `priority` on one or all folds of a data set: resumable, with a manifest, a log, and bits on unseen images."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gazekit.core.pictures import look_of
from gazekit.core.trials import Dataset
from gazekit.evaluation.describing import inputs_of
from gazekit.evaluation.preparation import checked
from gazekit.experiments.fold_trainings import LOG, finish, splits_of
from gazekit.experiments.ratios import Ratio
from gazekit.files.links import make_folder
from gazekit.foundations.errors import GazekitError
from gazekit.models.priority.checkpoint import Readout
from gazekit.models.priority.features import FeatureReader, image_hash
from gazekit.models.priority.network import PriorityConfig, PriorityNetwork
from gazekit.models.priority.target import check_text, has_target
from gazekit.models.priority.training import (
    FIXATIONS,
    View,
    check_drawn,
    check_timing,
    choices_of,
    train_readout,
    view_losses,
    views_of,
)
from gazekit.models.training import TrainingOptions
from gazekit.runs.folder import RunFolder, read_table, write_table
from gazekit.runs.parallel import check_workers

BITS = "bits.parquet"
KIND = "train priority"
READOUT = "readout.safetensors"


class TrainedReadouts(NamedTuple):
    """What a training run gives.

    Parameters
    ----------
    readouts : tuple of path
        One per fold; `Priority(checkpoint=folder)` takes the folder that holds them.
    log : table
        A row per fold and epoch: train, validation (nats per fixation, all parts of the loss), rate, seconds.
    bits : table
        A row per fold and test image: stimulus, fixations, and sums over them of the bits by which a fixation is
        likelier than under the centre bias of the training images (with `timing`, of those of the readout that it
        began from): `next` (after those before it), `static` (whatever came before). NaN for an image that was
        learned all the same: by the readout that it began from, from data that are learned besides, or under another
        name.
    """

    readouts: tuple[Path, ...]
    log: pd.DataFrame
    bits: pd.DataFrame

    def gain(self, column: str) -> tuple[float, float, float]:
        """Mean bits per fixation on images that have bits, and its 95 % interval by bootstrap over images.

        NaN where none has; folds of people have one image several times, which counts as one.
        """
        from gazekit.evaluation.bootstrap import resample

        sums = self.bits.dropna(subset=column).groupby("stimulus", sort=False)[[column, "fixations"]].sum()
        if sums.empty:
            return (np.nan,) * 3
        total, fixations = sums.to_numpy(float).T
        return Ratio.of(total, fixations, resample(len(sums), seed=0)).with_interval

    @property
    def learned(self) -> int:
        """How many test images were learned all the same, and have no bits."""
        return int(self.bits["next"].isna().sum())


def train_priority(
    dataset: Dataset,
    options: TrainingOptions,
    *,
    out: str | Path,
    backbone: str = "lite0",
    weights: Mapping[str, str] | None = None,
    network: Mapping[str, Any] | None = None,
    fixations: int = FIXATIONS,
    firsts: int = 0,
    start: Readout | None = None,
    timing: bool = False,
    also: Sequence[Dataset] = (),
    by: str = "stimulus",
    folds: int = 5,
    only: Sequence[int] | None = None,
    seed: int = 0,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    device: str = "cpu",
    progress: bool = True,
    command: str = "",
    notes: Mapping[str, Any] | None = None,
    accept: Iterable[str] = (),
) -> TrainedReadouts:
    """Train on each fold's training part, stop on a tenth of its images, and score people's fixations of its test part.

    Parameters
    ----------
    dataset : Dataset
        Trials with pictures; human scanpaths, px.
    options : TrainingOptions
        How to train.
    out : path
        Run folder; an unfinished run of the same request is resumed.
    backbone : str
        Features; see `FeatureReader`.
    weights : mapping of str to path, optional
        Weights of the networks below.
    network : mapping, optional
        Fields of `PriorityConfig`, besides the channels. With a target, all trials of `dataset` must have it; in those
        of `also` that do not, nothing is sought.
    fixations, firsts : int
        Of each image and step, and first ones besides; see `train_readout`.
    start : Readout, optional
        Where each fold begins; see `train_readout`.
    timing : bool
        Learn only how long fixations last and when viewing ends; see `train_readout`.
    also : sequence of Dataset
        More to learn from, whole, in every fold.
    by, folds, only, seed, workers, scheduler, overwrite, device, progress, command, notes, accept
        As in `train_oat`.

    Returns
    -------
    TrainedReadouts

    Raises
    ------
    RunFolderError, GazekitError, DataError
        The folder holds another run; the split cannot be made; training failed.
    """
    check_workers(workers, scheduler)
    check_drawn(fixations, firsts)
    if timing:
        check_timing([each.name for each in (dataset, *also)], start, firsts)
    config = dict(network or {})
    made = PriorityConfig.of((1,), choices_of(config, start, [dataset, *also]))  # now, not when all features are there
    target, seeks = made.target, bool(start and start.network.config.target)
    if target == "category":
        config["categories"] = made.categories
    if lacking := [trial.id for trial in dataset.trials if target and not has_target(trial, made)]:
        raise GazekitError(
            f"what is sought is to be known by its {target}, and {len(lacking)} of {len(dataset.trials)} trials of "
            f"{dataset.name!r} do not have it ({lacking[0]!r} is one); "
            f"choose another target, or none{', and a readout to start from that seeks nothing' if seeks else ''}"
        )
    for each in (dataset, *also):
        if lacking := [trial.id for trial in each.trials if not trial.has("image")]:
            raise GazekitError(
                f"priority learns from pictures, and {len(lacking)} of {len(each.trials)} trials of {each.name!r} have "
                f"none ({lacking[0]!r} is one); give --root with the images, or keep the trials that have one"
            )
    splits = splits_of(dataset, by, folds, only, seed)
    accept = tuple(accept)
    findings = [found for each in (dataset, *also) for found in checked(each, accept=accept)]
    reader = FeatureReader(backbone, dict(weights or {}))
    check_text(target, reader)
    with RunFolder(
        out,
        {
            "data": {"name": dataset.name, **dataset.hashes()},
            "also": [{"name": each.name, **each.hashes()} for each in also],
            "features": {"backbone": backbone, "sha256": reader.sha256},
            "network": dict(network or {}),
            "options": asdict(options),
            "fixations": fixations,
            **({"start": start.sha256} if start is not None else {}),
            **({"timing": True} if timing else {}),
            **({"firsts": firsts} if firsts else {}),
            "split": {"by": by, "folds": folds, "trained": list(splits), "sha256": [s.sha256 for s in splits.values()]},
            "seed": seed,
            **({"accept": list(findings[0].accepted)} if findings[0].accepted else {}),
        },
        kind=KIND,
        command=command or f"train_priority({dataset.name!r}, ...)",
        about={"checks": {each.name: each.to_dict() for each in findings}, **(notes or {})},
        inputs=inputs_of([trial for each in (dataset, *also) for trial in each.trials], {"image"}),
        overwrite=overwrite,
    ) as run:
        if not run.complete:
            how: dict[str, Any] = {
                "seed": seed,
                "fixations": fixations,
                "firsts": firsts,
                "config": dict(network or {}),
                "start": start,
                "timing": timing,
                "device": device,
            }
            pieces = [
                ReadoutPiece(run.part(f"fold-{k}"), [part.train, *also], part.test, by, k, reader, options, how)
                for k, part in splits.items()
            ]
            run.do(pieces, label=KIND, workers=workers, scheduler=scheduler, progress=progress)
            finish(run, pieces, (BITS,), READOUT)
    tables = (read_table(run.path / name) for name in (LOG, BITS))
    return TrainedReadouts(tuple(run.path / f"fold-{k}.safetensors" for k in splits), *tables)


@dataclass(frozen=True)
class ReadoutPiece:
    """One fold: a readout trained on its training part, and bits on its test part."""

    part: Path
    train: list[Dataset]
    test: Dataset
    by: str
    fold: int
    reader: FeatureReader
    options: TrainingOptions
    how: dict[str, Any]

    def __call__(self) -> list[Path]:
        """Train, score and write."""
        make_folder(self.part, within=self.part.parent)
        readout, log = train_readout(
            self.train, self.reader, self.options, folder=self.part, progress=False, **self.how
        )
        readout.save(self.part / READOUT)
        write_table(pd.DataFrame([{"fold": self.fold, **vars(line)} for line in log]), self.part / LOG)
        views = views_of(self.test, self.reader, readout.network.config)
        bits, known = bits_over_centre(readout.network, views).assign(fold=self.fold), self.known(readout)
        learned = {view.stimulus for view in views if known.has_seen(view.image, view.look)}
        bits.loc[bits["stimulus"].isin(learned), ["next", "static"]] = np.nan
        write_table(bits, self.part / BITS)
        return [self.part / name for name in (READOUT, BITS)]  # the log's seconds differ

    def known(self, readout: Readout) -> Readout:
        """The readout as one that knows pictures on which it is not to be scored.

        All that it has learned from; but if the split is not of pictures, its own part shows those of the test, too.
        """
        if self.by in ("stimulus", "layout"):
            return readout
        start, shown = self.how["start"], [trial.image for each in self.train[1:] for trial in each.trials]
        about = start.trained_on if start else {}
        images = [*about.get("images", ()), *map(image_hash, shown)]
        return replace(readout, trained_on={"images": images, "looks": [*about.get("looks", ()), *map(look_of, shown)]})


def bits_over_centre(network: PriorityNetwork, views: Sequence[View]) -> pd.DataFrame:
    """Sums of bits over the centre bias of the training images, by image: columns as in `TrainedReadouts.bits`.

    The network is put into eval mode: with dropout, bits would be others in every call.
    """
    import torch

    network.eval()
    rows = []
    with torch.inference_mode():
        for view in views:
            losses = view_losses(network, view)
            looked = view.events.target[0] >= 0
            centre = network.centre_bias(*view.grid.shape)[view.events.target[0].clamp(min=0)]
            sums = [float((-part[0] - centre)[looked].double().sum()) / np.log(2) for part in losses[:2]]
            rows.append((view.stimulus, int(looked.sum()), *sums))
    table = pd.DataFrame(rows, columns=["stimulus", "fixations", "next", "static"])
    return table.groupby("stimulus", sort=False, as_index=False).sum()  # a picture may be shown in several trials
