"""May these numbers be compared? One file of predictions under every protocol, beside people, controls and floors.

A certificate is plain data (JSON) that depends on the predictions, the data, the seed and the version only, so that it
can be made again and compared.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.bootstrap import interval, resample
from gazekit.evaluation.score_file import named_sources
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.foundations.version import __version__
from gazekit.metrics.kinds.labels import LABELS
from gazekit.metrics.kinds.pairs import PAIRS, trial_pairs
from gazekit.metrics.pairwise import pairwise
from gazekit.models.capabilities import HasDensity, next_log_densities
from gazekit.models.contract import ScanpathModel
from gazekit.models.fingerprints import digest_of
from gazekit.models.identity import identity
from gazekit.protocols.averages import histogram_divergence, image_means
from gazekit.protocols.paths import CENTRE, GAUSSIAN, OTHER_IMAGE, OTHERS, RESERVED, UNIFORM, protocol_images
from gazekit.protocols.protocol import Protocol, Score, protocol_hash, protocols
from gazekit.protocols.scoring import ProtocolScores, Scorer, prepared, scored
from gazekit.protocols.training_images import seen_in_training

TYPE, VERSION = "gazekit certificate", 1
SPLITS = 20
CELLS = 64  # of the grid of likelihoods, along the longer side
WIDTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0)  # of kernels, cells
SHARES = (0.01, 0.05, 0.1, 0.2, 0.4)  # of a uniform density that is mixed in
POINTS = 8  # to which a path is resampled for the euclidean distance
PORT = {"bins": (16, 12), "threshold": 3.5, "gap": 0.0, "gazeparser": True}
COUNTED = ("pairs", "images", "paths", "divergence")  # averages that can be taken at equal counts


def certify(
    predictions: Scanpaths,
    dataset: Dataset,
    *,
    against: Iterable[str] | None = None,
    files: Mapping[str, str] | None = None,
    trained_on: str | Path | Iterable[str] | None = None,
    models: Iterable[ScanpathModel] = (),
    splits: int = SPLITS,
    seed: int = 0,
    threads: int | None = None,
) -> dict[str, Any]:
    """Make a certificate of predictions.

    Parameters
    ----------
    predictions : Scanpaths
        With the data set's trial names; each source is a model. Several are ranked among each other.
    dataset : Dataset
        Trials and people.
    against : iterable of str, optional
        Protocols; default all that were made for the data set.
    files : mapping of name to SHA-256, optional
        The files that the predictions come from.
    trained_on : path or iterable of str, optional
        A folder of images that a model was trained on, or their names; see `seen_in_training`.
    models : iterable of ScanpathModel
        Models that made the predictions, called as these are, with a density: their likelihood is computed from it,
        beside the estimate from their samples.
    splits : int
        Random choices of people of which floors are made.
    seed : int
        Seed of controls and halves.
    threads : int, optional
        Threads to use; the result does not depend on it.

    Returns
    -------
    dict
        `protocols` (each with its hash, scores, ranks of headlines, numbers at equal counts), `swaps` (pairs of sources
        whose order differs between headlines), `likelihood` (bits per fixation over uniform on a grid of `CELLS` cells:
        a kernel estimate, and the exact value where a density is known), `energy` (E d(g, h) - E d(g, g') / 2 and the
        model's agreement with itself), `trained_on`,
        and what it was made of; `sha256` seals the rest. Numbers that do not exist are None.

    Raises
    ------
    GazekitError
        No protocol was made for the data set; a model without a density, or without predictions.
    UnknownNameError
        No such protocol.
    DataError
        As `score_protocol`; a model that has learned from the images.
    """
    names = [p.name for p in protocols.usable() if p.made_for(dataset.name)] if against is None else [*against]
    chosen: list[Protocol] = [protocols[name] for name in names]
    if not chosen or (unfit := [p.name for p in chosen if not p.made_for(dataset.name)]):
        made = sorted({data for p in protocols.usable() for data in p.images})
        what = f"protocol {unfit[0]!r} was not" if chosen else "no protocol was"
        raise GazekitError(f"{what} made for {dataset.name!r}; there are protocols for {', '.join(made)}")
    names_of_models = [name for name, _ in named_sources(predictions, RESERVED)]
    called = dict(zip(predictions.table["source"].unique(), names_of_models, strict=True))
    known = _with_densities(models, called)
    found: dict[str, Any] = {}
    scores: list[ProtocolScores] = []
    shown = predictions.filter(trial=[trial.id for trial in dataset.trials])
    predicted = dataset.select(trials=shown.table["trial"].unique())
    few = f"{len(predicted.trials)} of {len(dataset.trials)} trials have predictions, and only these are scored"
    for protocol in chosen:
        listed = bool(protocol.images.get(dataset.name))
        scored_data = dataset if listed else predicted
        try:
            scorer, sources, notes, departures = prepared(
                protocol, scored_data, predictions, seed=seed, threads=threads
            )
            if len(scored_data.trials) < len(dataset.trials):
                departures |= {name: (*departures.get(name, ()), few) for name in sources}
        except DataError as error:
            found[protocol.name] = {"sha256": protocol_hash(protocol), "not_scored": str(error)}
            continue
        sources = {**sources, CENTRE: _at_centre(sources[OTHER_IMAGE])} if OTHER_IMAGE in sources else sources
        result = scored(scorer, sources, notes, departures)
        scores.append(result)
        found[protocol.name] = {
            "sha256": protocol_hash(protocol),
            "title": protocol.title,
            "headline": protocol.headline,
            "scores": result.table.to_dict("records"),
            "departures": {name: [*why] for name, why in result.departures.items()},
            "notes": [*result.notes],
            "ranks": _ranks(result, protocol.score(protocol.headline)),
            "equal_counts": _equal_counts(scorer, sources, splits, seed),
        }
    if not scores:
        raise DataError("; ".join(f"{name}: {each['not_scored']}" for name, each in found.items()))
    first = scores[0].protocol
    part, _ = protocol_images(first, dataset if first.images.get(dataset.name) else predicted)
    free = _free(part.scanpaths)
    part = replace(part, scanpaths=free.filter(free.lengths > 0))
    trials = [trial.id for trial in part.trials]
    sources = {name: _free(paths.filter(trial=trials)) for name, paths in named_sources(shown, RESERVED)}
    for model in known.values():
        model.check_unseen(part.trials)
    sources |= _controls(part, max(_samples(paths) for paths in sources.values()), seed)
    body = {
        "type": TYPE,
        "version": VERSION,
        "gazekit": __version__,
        "data": {"name": dataset.name, "sha256": dataset.fingerprint(), "images": len(part.stimuli)},
        "predictions": {"models": names_of_models, "sha256": paths_hash(predictions), "files": dict(files or {})},
        "request": {"against": names, "splits": splits, "seed": seed},
        "protocols": found,
        "swaps": _swaps(scores, names_of_models),
        "likelihood": _likelihood(part, sources, seed, known),
        "energy": _energy(part.scanpaths, sources, threads),
        "trained_on": seen_in_training(part, trained_on),
    }
    return sealed(body)


def sealed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same as plain JSON values, with the SHA-256 of all of them."""
    plain = _plain({k: v for k, v in body.items() if k != "sha256"})
    return {**plain, "sha256": hashlib.sha256(text_of(plain).encode()).hexdigest()}


def text_of(certificate: Mapping[str, Any]) -> str:
    """A certificate as text; equal certificates are equal text."""
    return json.dumps(certificate, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=True)


def paths_hash(paths: Scanpaths) -> str:
    """SHA-256 of scanpaths: who, where and how long, in their order."""
    digest = hashlib.sha256()
    for column in (paths.x, paths.y, paths.durations(), paths.offsets):
        digest.update(np.ascontiguousarray(column).astype(column.dtype.newbyteorder("<")).tobytes())
    for name in ("stimulus", "subject", "trial", "source", "sample"):
        digest.update("\x1f".join(map(str, paths.table[name])).encode())
    return digest.hexdigest()


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two certificates differ, a line each; numbers may differ by 1e-9 of their size (another machine).

    Examples
    --------
    >>> differences({"a": 1.0, "b": [1, 2]}, {"a": 1.0 + 1e-12, "b": [1, 3]})
    ['b, 1: 2, now 3']
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = [*one, *(k for k in other if k not in one)]
        return [
            line
            for k in keys
            if k != "sha256" or where
            for line in differences(one.get(k), other.get(k), f"{where}, {k}" if where else str(k))
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = zip(one, other, strict=True)
        return [line for k, (a, b) in enumerate(pairs) for line in differences(a, b, f"{where}, {k}")]
    if isinstance(one, float) and isinstance(other, float) and abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1):
        return []
    return [] if one == other else [f"{where}: {one!r}, now {other!r}"]


# ---------------------------------------------------------------- ranks


def _ranks(result: ProtocolScores, score: Score) -> list[str]:
    """Sources by a score, best first; people are not ranked."""
    rows = result.table[(result.table["score"] == score.name) & (result.table["source"] != HUMAN)].dropna(
        subset=["value"]
    )
    ordered = rows.sort_values(["value", "source"], ascending=[score.higher_is_better is False, True], kind="stable")
    return [*ordered["source"]]


def _swaps(scores: list[ProtocolScores], models: list[str]) -> list[dict[str, Any]]:
    """Pairs of sources, a model among them, that one headline orders otherwise than another."""
    found = []
    for one, other in combinations(scores, 2):
        heads = [(result, result.protocol.score(result.protocol.headline)) for result in (one, other)]
        sources = [s for s in _ranks(*heads[0]) if s in _ranks(*heads[1])]
        for a, b in combinations(sources, 2):
            if not {a, b} & set(models):
                continue
            better: list[dict[str, Any]] = []
            for result, score in heads:
                sign = -1.0 if score.higher_is_better is False else 1.0
                gap = sign * (result.value(a, score.name) - result.value(b, score.name))
                draws = [result.resampled.get((name, score.name)) for name in (a, b)]
                low, high = (np.nan, np.nan)
                if draws[0] is not None and draws[1] is not None:
                    low, high = interval(sign * (draws[0] - draws[1]))
                better.append(
                    {"protocol": result.protocol.name, "score": score.name, "by": gap, "low": low, "high": high}
                )
            if better[0]["by"] * better[1]["by"] < 0:
                certain = all(each["low"] > 0 or each["high"] < 0 for each in better)
                found.append({"better_or_worse": a, "than": b, "under": better, "beyond_chance": certain})
    return found


def _at_centre(paths: Scanpaths) -> Scanpaths:
    """The same lengths and durations, all in the middle of the image."""
    x, y = (paths.table[["width", "height"]].to_numpy(float)[paths.path_of()] / 2).T
    return paths.replace(x=x, y=y, table=paths.table.assign(source=CENTRE))


# ---------------------------------------------------------------- equal counts


def _equal_counts(scorer: Scorer, sources: Mapping[str, Scanpaths], splits: int, seed: int) -> dict[str, Any]:
    """People judge as many others as a source has paths, at most half, and as many paths an image of every source."""
    protocol, people = scorer.protocol, scorer.people
    scores = [s for s in protocol.scores if s.averaged in COUNTED and s.with_options.kind in (PAIRS, LABELS)]
    if protocol.models != "all" or not scores:
        return {"rows": [], "why": "each prediction meets its own person only: counts are equal"}
    least = people.table.groupby("trial").size() // 2
    for paths in (paths for name, paths in sources.items() if name != HUMAN):
        least = np.minimum(least, paths.table.groupby("trial").size().reindex(least.index).fillna(0))
    least = least[least > 0]
    if not len(least):
        return {"rows": [], "why": "no image has two people and a prediction"}
    rows: dict[tuple[str, str], list[float]] = {}
    pairs = {
        name: np.concatenate([np.empty((0, 2), dtype=np.int64), *trial_pairs(paths, people)])
        for name, paths in sources.items()
        if name != HUMAN
    }
    pairs[HUMAN] = np.concatenate([np.empty((0, 2), dtype=np.int64), *trial_pairs(people, people)])
    everyone = people[:]  # all ordered pairs are kept apart from those of people's row
    counted = 0
    for split in range(splits):
        half = _chosen(people, least, (seed, "certificate", "people", split))
        judges = ~half & people.table["trial"].isin(least.index).to_numpy()
        mine = {name: _chosen(paths, least, (seed, "certificate", name, split)) for name, paths in sources.items()}
        for score in scores:
            every = scorer.values(score, everyone, people, pairs[HUMAN])[:, score.columns]
            i, j = pairs[HUMAN].T
            reference = every[judges[i] & judges[j] & (i > j)]
            floor = half[i] & judges[j]
            counted = int(floor.sum())
            rows.setdefault((OTHERS, score.name), []).append(
                _value(score, every[floor], reference, people.table["trial"].to_numpy()[i[floor]])
            )
            for name, paths in sources.items():
                if name == HUMAN or (score.needs_duration and not _timed(paths)):
                    continue
                found = scorer.values(score, paths, people, pairs[name])[:, score.columns]
                a, b = pairs[name].T
                kept = mine[name][a] & judges[b]
                value = _value(score, found[kept], reference, paths.table["trial"].to_numpy()[a[kept]])
                rows.setdefault((name, score.name), []).append(value)
    table = []
    for (name, score_name), values in rows.items():
        low, high = interval(np.array(values))
        table.append({"source": name, "score": score_name, "value": float(np.mean(values)), "low": low, "high": high})
    return {"rows": table, "pairs": counted, "splits": splits}


def _chosen(paths: Scanpaths, counts: pd.Series, key: tuple[Any, ...]) -> np.ndarray:
    """(n,) bool: so many paths of each trial, drawn by key."""
    chosen = np.zeros(len(paths), dtype=bool)
    for trial, rows in paths.table.groupby("trial", sort=False).indices.items():
        if trial in counts.index:
            chosen[keyed_rng(*key, trial).permutation(rows)[: int(counts[trial])]] = True
    return chosen


def _value(score: Score, values: np.ndarray, reference: np.ndarray, trial: np.ndarray) -> float:
    if score.averaged == "divergence":
        return float(np.mean([histogram_divergence(a, b) for a, b in zip(reference.T, values.T, strict=True)]))
    values = values.mean(axis=1)
    if score.averaged == "images":
        return float(pd.Series(values).groupby(trial).mean().mean())
    return float(np.nanmean(values))


def _timed(paths: Scanpaths) -> bool:
    return paths.duration is not None and bool(np.isfinite(paths.duration).any())


# ---------------------------------------------------------------- likelihood and energy


def _samples(paths: Scanpaths) -> int:
    return int(paths.table.groupby("trial").size().max()) if len(paths) else 1


def _controls(part: Dataset, samples: int, seed: int) -> dict[str, Scanpaths]:
    """People of other images, uniform points, one of which the density is known, and the centre, as many paths."""
    from gazekit.models.baselines.other_image import OtherImage

    facts = part.scanpaths.facts
    drawn = OtherImage().fit(part).predict(part.trials, n_samples=samples, seed=seed, progress=False)
    drawn = drawn.replace(facts=facts)
    size = drawn.table[["width", "height"]].to_numpy(float)[drawn.path_of()]
    keys = zip(drawn.table["trial"], drawn.table["sample"], drawn.lengths, strict=True)
    rngs = [(keyed_rng(seed, "certificate", trial, sample), n) for trial, sample, n in keys]
    uniform, normal = (np.concatenate([draw(rng, n) for rng, n in rngs]) for draw in (_anywhere, _near_centre))
    places = {UNIFORM: uniform, GAUSSIAN: normal, CENTRE: np.full_like(uniform, 0.5)}
    made = {
        name: drawn.replace(x=(at * size)[:, 0], y=(at * size)[:, 1], table=drawn.table.assign(source=name))
        for name, at in places.items()
    }
    return {OTHER_IMAGE: drawn, **made}


def _anywhere(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.random((n, 2))


def _near_centre(rng: np.random.Generator, n: int) -> np.ndarray:
    """Shares of the image, normal around the middle with a quarter of each side; redrawn where outside."""
    at = rng.normal(0.5, 0.25, (n, 2))
    while (wrong := ((at < 0) | (at >= 1)).any(axis=1)).any():
        at[wrong] = rng.normal(0.5, 0.25, (int(wrong.sum()), 2))
    return at


def _free(paths: Scanpaths) -> Scanpaths:
    """Without first fixations that were imposed: nobody predicts them."""
    return paths.drop_first() if paths.facts.forced_first else paths


def _with_densities(models: Iterable[ScanpathModel], called: Mapping[str, str]) -> dict[str, Any]:
    """Models by what their predictions, of the same name in the file, are called here; each has a density."""
    known: dict[str, Any] = {}
    for model in models:
        if model.name not in called:
            there = ", ".join(map(repr, called))
            raise GazekitError(f"no predictions are of {model.name!r}, but of {there}; name the model as it is there")
        if not isinstance(model, HasDensity):
            raise GazekitError(
                f"model {model.name!r} has no density, so that its likelihood is an estimate: leave it out"
            )
        known[called[model.name]] = model
    return known


def _bits(model: HasDensity, trial: Trial, people: Scanpaths, shape: tuple[int, int]) -> float:
    """Mean over people's fixations of the density of each after those before it, bits over uniform."""
    found = [np.empty(0)]
    for path in people:
        densities = next_log_densities(model, trial, path, shape) if len(path) else np.empty((0, *shape))
        found.append(densities.reshape(len(path), -1)[_inside(path), _cells(path, shape)])
    nats = np.concatenate(found)
    return float(nats.mean() / np.log(2) + np.log2(shape[0] * shape[1])) if len(nats) else np.nan


def _likelihood(
    part: Dataset, sources: Mapping[str, Scanpaths], seed: int, models: Mapping[str, Any]
) -> dict[str, Any]:
    """Bits per fixation of people over a uniform density: an estimate from each source's samples, exact where known."""
    trials = [t for t in part.trials if (part.scanpaths.table["trial"] == t.id).any()]
    samples = min(_samples(paths) for paths in sources.values())
    bits: dict[str, list[np.ndarray]] = {name: [] for name in (HUMAN, *sources)}
    exact: dict[str, list[float]] = {name: [] for name in (UNIFORM, GAUSSIAN, *models)}
    for trial in trials:
        people = part.scanpaths.filter(trial=trial.id)
        shape = _grid(trial.frame.size)
        cells = [_cells(path, shape) for path in people]
        fixed = np.concatenate(cells) if cells else np.empty(0, dtype=int)
        for name, paths in sources.items():
            own = paths.filter(trial=trial.id)
            chosen = keyed_rng(seed, "certificate", "likelihood", name, trial.id).permutation(len(own))[:samples]
            points = np.concatenate([_cells(own[int(k)], shape) for k in chosen] or [np.empty(0, dtype=int)])
            bits[name].append(_log_densities(points, shape)[:, :, fixed].mean(axis=2) if len(points) else _NOTHING)
        left_out = []
        for k, path in enumerate(cells):
            others = [other for m, other in enumerate(cells) if m != k]
            order = keyed_rng(seed, "certificate", "likelihood", HUMAN, trial.id, k).permutation(len(others))[:samples]
            points = np.concatenate([others[m] for m in order] or [np.empty(0, dtype=int)])
            if len(points):
                left_out.append(_log_densities(points, shape)[:, :, path])
        bits[HUMAN].append(np.concatenate(left_out, axis=2).mean(axis=2) if left_out else _NOTHING)
        exact[UNIFORM].append(0.0)
        exact[GAUSSIAN].append(float(_gaussian_bits(shape)[fixed].mean()) if len(fixed) else np.nan)
        for name, model in models.items():
            exact[name].append(_bits(model, trial, people, shape))
    draws = resample(len(trials))
    rows: list[dict[str, Any]] = []
    of = {name: {"model": m.name, "sha256": digest_of(identity(m))} for name, m in models.items()}
    for name, each in bits.items():
        stacked = np.stack(each)  # (images, widths, shares)
        values = np.full(len(trials), np.nan)
        for half in (0, 1):  # widths and shares are chosen on the other half of the images
            other = np.nanmean(stacked[np.arange(len(trials)) % 2 != half], axis=0) if len(trials) > 1 else stacked[0]
            best = np.unravel_index(np.nanargmax(other), other.shape) if np.isfinite(other).any() else (0, 0)
            values[np.arange(len(trials)) % 2 == half] = stacked[:, best[0], best[1]][
                np.arange(len(trials)) % 2 == half
            ]
        value, low, high = _over_images(values, draws)
        row = {"source": name, "bits": value, "low": low, "high": high, "exact": None, "bias": None}
        if name in exact:
            known, known_low, known_high = _over_images(np.array(exact[name]), draws)
            row |= {"exact": known, "bias": value - known}
            row |= {"exact_low": known_low, "exact_high": known_high, "density": of[name]} if name in models else {}
        rows.append(row)
    return {"cells": CELLS, "paths_an_image": samples, "average": "fixations of an image, then images", "rows": rows}


def _over_images(values: np.ndarray, draws: np.ndarray) -> tuple[float, float, float]:
    """Mean over images with its interval, which there is where every image has a value."""
    mean = float(np.nanmean(values)) if not np.isnan(values).all() else np.nan
    return (mean, *(interval(np.nanmean(values[draws], axis=1)) if np.isfinite(values).all() else (np.nan, np.nan)))


_NOTHING = np.full((len(WIDTHS), len(SHARES)), np.nan)


def _grid(size: tuple[float, float]) -> tuple[int, int]:
    longer = max(size)
    return (max(round(CELLS * size[1] / longer), 1), max(round(CELLS * size[0] / longer), 1))


def _inside(path: Any) -> np.ndarray:
    width, height = path.frame.size
    inside: np.ndarray = (path.x >= 0) & (path.x <= width) & (path.y >= 0) & (path.y <= height)
    return inside


def _cells(path: Any, shape: tuple[int, int]) -> np.ndarray:
    """Cell of each fixation within the image."""
    width, height = path.frame.size
    inside = _inside(path)
    column = np.minimum((path.x[inside] / width * shape[1]).astype(int), shape[1] - 1)
    row = np.minimum((path.y[inside] / height * shape[0]).astype(int), shape[0] - 1)
    return row * shape[1] + column


def _log_densities(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(widths, shares, cells): log2 of density over uniform, smoothed fixations mixed with a uniform density."""
    from scipy.ndimage import gaussian_filter

    counts = np.bincount(points, minlength=shape[0] * shape[1]).reshape(shape) / len(points)
    smooth = np.stack([gaussian_filter(counts, width, mode="reflect").ravel() for width in WIDTHS])
    share = np.array(SHARES)[None, :, None]
    return np.log2((1 - share) * smooth[:, None, :] * smooth.shape[1] + share)


def _gaussian_bits(shape: tuple[int, int]) -> np.ndarray:
    """(cells,): log2 over uniform of the density of `_near_centre`."""
    from scipy.special import ndtr

    sides = []
    for n in shape:
        edges = ndtr((np.linspace(0, 1, n + 1) - 0.5) / 0.25)
        sides.append(np.diff(edges) / (edges[-1] - edges[0]))
    return np.log2(np.outer(*sides).ravel() * shape[0] * shape[1])


def _energy(people: Scanpaths, sources: Mapping[str, Scanpaths], threads: int | None) -> dict[str, Any]:
    """E d(g, h) - E d(g, g') / 2, and how well a source agrees with itself, of two distances."""
    rows = []
    stimuli = people.table["stimulus"].unique()
    place = {stimulus: k for k, stimulus in enumerate(stimuli)}
    draws = resample(len(stimuli))
    for distance in ("euclidean", "scanmatch"):
        for name, paths in ((HUMAN, people), *sources.items()):
            paths = paths.filter(stimulus=list(stimuli))
            across = _by_image(distance, paths, people, place, threads, same=name == HUMAN)
            within = across if name == HUMAN else _by_image(distance, paths, paths, place, threads, same=True)
            score = across - within / 2
            fine = np.isfinite(score)
            value = float(score[fine].mean()) if fine.any() else np.nan
            low, high = interval(score[draws].mean(axis=1)) if fine.all() else (np.nan, np.nan)
            own = float(np.nanmean(within)) if np.isfinite(within).any() else np.nan
            to = float(np.nanmean(across)) if np.isfinite(across).any() else np.nan
            rows.append({
                "distance": distance, "source": name, "energy": value, "low": low, "high": high,
                "to_people": to, "to_itself": own,
            })  # fmt: skip
    return {"points": POINTS, "rows": rows}


def _by_image(
    distance: str, a: Scanpaths, b: Scanpaths, place: Mapping[str, int], threads: int | None, *, same: bool
) -> np.ndarray:
    """(images,): mean distance of all pairs on each image; of different paths where both are the same."""
    pairs = [np.empty((0, 2), dtype=np.int64)]
    theirs = b.table.groupby("trial", sort=False).indices
    for trial, rows in a.table.groupby("trial", sort=False).indices.items():
        grid = np.stack(np.meshgrid(rows, theirs.get(trial, []), indexing="ij"), axis=-1).reshape(-1, 2)
        pairs.append(grid[grid[:, 0] < grid[:, 1]] if same else grid)
    joined = np.concatenate(pairs).astype(np.int64)
    joined = joined[(a.lengths[joined[:, 0]] > 0) & (b.lengths[joined[:, 1]] > 0)]
    if distance == "scanmatch":
        values = 1 - pairwise("scanmatch", a, b, joined, threads=threads, check=False, **PORT)[:, 0]
    else:
        left, right = _embedded(a), _embedded(b)
        values = np.sqrt(((left[joined[:, 0]] - right[joined[:, 1]]) ** 2).sum(axis=1))
    image = a.table["stimulus"].map(dict(place)).to_numpy()[joined[:, 0]]
    return image_means(values, image, len(place))


def _embedded(paths: Scanpaths) -> np.ndarray:
    """(n, 2 * POINTS): each path at equal steps along its fixations, in shares of the longer side over sqrt(POINTS)."""
    found = np.full((len(paths), 2 * POINTS), np.nan)
    for k, path in enumerate(paths):
        if len(path):
            at = np.linspace(0, len(path) - 1, POINTS)
            found[k] = np.concatenate([np.interp(at, np.arange(len(path)), side) for side in (path.x, path.y)])
            found[k] /= max(path.frame.size) * np.sqrt(POINTS)
    return found


# ---------------------------------------------------------------- what else is known


def _plain(value: Any) -> Any:
    """JSON values: numbers without a value become None."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
