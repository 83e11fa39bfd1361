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
from gazekit.core.trials import Dataset
from gazekit.evaluation.bootstrap import interval
from gazekit.evaluation.score_file import named_sources
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.foundations.version import __version__
from gazekit.metrics.kinds.labels import LABELS
from gazekit.metrics.kinds.pairs import PAIRS, all_pairs
from gazekit.models.capabilities import HasDensity
from gazekit.models.contract import ScanpathModel
from gazekit.protocols.averages import Values, histogram_divergence, image_sums
from gazekit.protocols.energy import energy_scores
from gazekit.protocols.likelihood import len_of_most, likelihoods
from gazekit.protocols.paths import CENTRE, GAUSSIAN, OTHER_IMAGE, OTHERS, RESERVED, UNIFORM, protocol_images, untimed
from gazekit.protocols.protocol import Protocol, Score, protocol_hash, protocols
from gazekit.protocols.scoring import ProtocolScores, Scorer, prepared, scored
from gazekit.protocols.training_images import seen_in_training

TYPE, VERSION = "gazekit certificate", 1
SPLITS = 20
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
        whose order differs between headlines), `likelihood` (bits per fixation over uniform on a grid: a kernel
        estimate, and the exact value where a density is known), `energy` (E d(g, h) - E d(g, g') / 2 and the model's
        agreement with itself), `trained_on`, and what it was made of; `sha256` seals the rest. Numbers that do
        not exist are None.

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
            "equal_counts": equal_counts(scorer, sources, splits, seed),
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
    sources |= _controls(part, max(len_of_most(paths) for paths in sources.values()), seed)
    body = {
        "type": TYPE,
        "version": VERSION,
        "gazekit": __version__,
        "data": {"name": dataset.name, "sha256": dataset.fingerprint(), "images": len(part.stimuli)},
        "predictions": {"models": names_of_models, "sha256": paths_hash(predictions), "files": dict(files or {})},
        "request": {"against": names, "splits": splits, "seed": seed},
        "protocols": found,
        "swaps": _swaps(scores, names_of_models),
        "likelihood": likelihoods(part, sources, seed, known),
        "energy": energy_scores(part.scanpaths, sources, threads),
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


def equal_counts(scorer: Scorer, sources: Mapping[str, Scanpaths], splits: int, seed: int) -> dict[str, Any]:
    """People judge as many others as a source has paths, at most half, and as many paths an image of every source.

    Parameters
    ----------
    scorer : Scorer
        People as judges under a protocol.
    sources : mapping of str to Scanpaths
        As `prepared` gives them, people first.
    splits : int
        Random choices of people and of paths.
    seed : int
        Of these choices.

    Returns
    -------
    dict
        `rows`: mean and 95 % of the choices by source and score, `OTHERS` for people judged by others (the floor);
        `pairs` of the floor. Without rows, `why`.
    """
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
    everyone = people[:]  # all ordered pairs are kept apart from those of people's row
    by_name = {score.name: score for score in scores}
    found = {
        (name, score.name): scorer.of_these(score, paths, all_pairs(paths, people))
        for score in scores
        for name, paths in {**sources, HUMAN: everyone}.items()
        if not score.needs_duration or not (untimed(paths) or untimed(people))
    }
    images, counted = len(scorer.stimuli), 0
    for split in range(splits):
        half = _chosen(people, least, (seed, "certificate", "people", split))
        judges = ~half & people.table["trial"].isin(least.index).to_numpy()
        mine = {name: _chosen(paths, least, (seed, "certificate", name, split)) for name, paths in sources.items()}
        for (name, score), each in found.items():
            i, j = each.path, each.judge
            if name == HUMAN:
                reference = each.values[judges[i] & judges[j] & (i > j)]
                kept, name = half[i] & judges[j], OTHERS
                counted = int(kept.sum())
            else:
                kept = mine[name][i] & judges[j]
            rows.setdefault((name, score), []).append(_value(by_name[score], each, kept, reference, images))
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


def _value(score: Score, found: Values, kept: np.ndarray, reference: np.ndarray, images: int) -> float:
    """The protocol's number of some pairs; `reference` holds values of people among themselves."""
    some = Values(*(column[kept] for column in found))
    if score.averaged == "divergence":
        columns = zip(reference.T, some.values.T, strict=True)
        return float(np.mean([histogram_divergence(people, model) for people, model in columns]))
    total, count, _ = image_sums(score, some, images)
    return float(total.sum() / count.sum()) if count.sum() else np.nan


# ---------------------------------------------------------------- controls and models


def _controls(part: Dataset, samples: int, seed: int) -> dict[str, Scanpaths]:
    """People of other images, uniform points, one of which the density is known, and the centre, as many paths."""
    from gazekit.models.baselines.other_image import OtherImage

    facts = part.scanpaths.facts
    drawn = OtherImage().fit(part).predict(part.trials, n_samples=samples, seed=seed, progress=False)
    drawn = drawn.replace(facts=facts)
    size = drawn.table[["width", "height"]].to_numpy(float)[drawn.path_of()]
    keys = zip(drawn.table["trial"], drawn.table["sample"], drawn.lengths, strict=True)
    rngs = [(keyed_rng(seed, "certificate", trial, sample), n) for trial, sample, n in keys]
    uniform, normal = (np.concatenate([draw(rng, n) for rng, n in rngs]) for draw in (_anywhere, near_centre))
    places = {UNIFORM: uniform, GAUSSIAN: normal, CENTRE: np.full_like(uniform, 0.5)}
    made = {
        name: drawn.replace(x=(at * size)[:, 0], y=(at * size)[:, 1], table=drawn.table.assign(source=name))
        for name, at in places.items()
    }
    return {OTHER_IMAGE: drawn, **made}


def _anywhere(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.random((n, 2))


def near_centre(rng: np.random.Generator, n: int) -> np.ndarray:
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
