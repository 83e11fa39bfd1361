"""Scores under a protocol against plain Python that follows the authors' description, on small made-up data."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit import Facts, Scanpaths
from gazekit.evaluation.bootstrap import resample
from gazekit.foundations.errors import DataError, GazekitError, MismatchError, UnknownNameError
from gazekit.metrics.context import contents_of, with_start
from gazekit.protocols import Padding, Score, protocols, score_protocol
from gazekit.protocols.averages import histogram_divergence

CHEN = protocols["chen2021"]
STRICT = replace(CHEN, images={"made-up": ()}, samples=2)


def symbols(path, columns, rows, size, times=None):
    """Cells of whole px counted from 0, each as often as its duration has bins, halves to even."""
    found = []
    for k, (x, y, _) in enumerate(path):
        column = min(max(int(x), 0), size[0] - 1) * columns // size[0]
        row = min(max(int(y), 0), size[1] - 1) * rows // size[1]
        found += [(column, row)] * (1 if times is None else round(times[k] / 50))
    return found


def aligned(first, second):
    table = np.zeros((len(first) + 1, len(second) + 1))
    for i, p in enumerate(first, 1):
        for j, q in enumerate(second, 1):
            match = table[i - 1, j - 1] + 3.5 - np.hypot(p[0] - q[0], p[1] - q[1])
            table[i, j] = max(match, table[i - 1, j], table[i, j - 1])
    return table.max() / (3.5 * max(len(first), len(second)))


def edits(first, second):
    table = np.add.outer(np.arange(len(first) + 1), np.arange(len(second) + 1))
    for i, j in itertools.product(range(1, len(first) + 1), range(1, len(second) + 1)):
        table[i, j] = min(
            table[i - 1, j - 1] + (first[i - 1] != second[j - 1]), table[i - 1, j] + 1, table[i, j - 1] + 1
        )
    return table[-1, -1]


def stretches(judged, judge, longest_side):
    a, b = judged[:, :2] / longest_side, judge[:, :2] / longest_side
    found = []
    for k in range(1, min(len(a), len(b)) + 1):
        nearest = [
            min(np.hypot(*(a[i : i + k] - b[j : j + k]).T).sum() / k for j in range(len(b) - k + 1))
            for i in range(len(a) - k + 1)
        ]
        found.append(np.exp(-np.mean(nearest)))
    return np.mean(found)


def by_hand(judged, judge, size=(320, 240)):
    """One pair: name of a score to its value, by the description of chen2021."""
    multimatch_gaze = pytest.importorskip("multimatch_gaze")
    tables = [
        np.rec.fromarrays([p[:, 0], p[:, 1], p[:, 2] / 1000], names="start_x,start_y,duration") for p in (judged, judge)
    ]
    dimensions = ("vector", "direction", "length", "position", "duration")
    compared = multimatch_gaze.docomparison(*tables, screensize=list(size))
    grid = [[int(x) // 64 + 5 * (int(y) // 48) for x, y, _ in path] for path in (judged, judge)]
    plain = [symbols(p, 16, 12, size) for p in (judged, judge)]
    timed = [symbols(p, 16, 12, size, p[:, 2]) for p in (judged, judge)]
    return {
        **{f"MultiMatch {name}": value for name, value in zip(dimensions, compared, strict=True)},
        "ScanMatch w/o duration": aligned(*plain),
        "ScanMatch w/ duration": aligned(*timed),
        "SED": edits(*grid),
        "STDE": stretches(judged, judge, 320),
    }


def in_frame(paths):
    """x, y in a frame of 320 x 240, ms, by trial."""
    scale = np.array([320, 240]) / paths.table[["width", "height"]].to_numpy()
    by_trial = {}
    for path, (sx, sy) in zip(paths, scale, strict=True):
        by_trial.setdefault(path.ids["trial"], []).append(path.xyt * [sx, sy, 1])
    return by_trial


def some_predictions(dataset, samples=2, seed=9, source="mine", **options):
    rng = np.random.default_rng(seed)
    rows = [(t.id, k) for t in dataset.trials for k in range(samples)]
    lengths = rng.integers(3, 7, len(rows))
    table = pd.DataFrame(rows, columns=["stimulus", "sample"]).assign(source=source, width=160, height=120)
    return Scanpaths(
        rng.uniform(0, 160, lengths.sum()), rng.uniform(0, 120, lengths.sum()), np.r_[0, np.cumsum(lengths)], table,
        **{"duration": rng.uniform(30, 400, lengths.sum()), "facts": Facts(forced_first=False), **options},
    )  # fmt: skip


@pytest.fixture
def data(dataset_of):
    return dataset_of(3, 3)


def test_people_equal_the_description_followed_by_hand(data):
    found = score_protocol(STRICT, data)
    pairs, best = [], {"SED": [], "STDE": []}
    for paths in in_frame(data.scanpaths).values():
        for j, judge in enumerate(paths):
            of_judge = [by_hand(paths[i], judge) for i in range(len(paths)) if i != j]
            pairs += of_judge
            best["SED"].append(min(each["SED"] for each in of_judge))
            best["STDE"].append(max(each["STDE"] for each in of_judge))
    for name in pairs[0]:
        assert found.value("human", name) == pytest.approx(np.mean([each[name] for each in pairs]), abs=1e-12), name
    for name, values in best.items():
        assert found.value("human", f"{name} best") == pytest.approx(np.mean(values), abs=1e-12)
    rows = found.table[found.table["source"] == "human"].set_index("score")
    assert rows.loc["SED", ["images", "pairs", "undefined"]].tolist() == [3, 18, 0]
    assert rows.loc["SED best", "pairs"] == 9


def test_predictions_equal_the_description_followed_by_hand(data):
    predictions = some_predictions(data)
    found = score_protocol(STRICT, data, predictions, controls=False)
    people, pairs, best = in_frame(data.scanpaths), [], []
    for trial, paths in in_frame(predictions).items():
        for path in paths:
            pairs += [by_hand(path, judge) for judge in people[trial]]
            best.append(min(each["SED"] for each in pairs[-3:]))
    for name in pairs[0]:
        assert found.value("mine", name) == pytest.approx(np.mean([each[name] for each in pairs]), abs=1e-12), name
    assert found.value("mine", "SED best") == pytest.approx(np.mean(best))
    assert found.headlines["mine"] == found.value("mine", "ScanMatch w/ duration")
    assert found.departures == {}


def test_averages_differ_where_images_have_unequal_pairs(data):
    kept = data.scanpaths.filter(
        ~((data.scanpaths.table["trial"] == "img0") & (data.scanpaths.table["subject"] == "p0"))
    )
    both = (Score("pairs", "frechet"), Score("images", "frechet", averaged="images"))
    protocol = replace(STRICT, scores=both, headline="pairs", people="unordered")
    found = score_protocol(protocol, replace(data, scanpaths=kept), controls=False)
    from gazekit.metrics import frechet

    means, all_pairs = [], []
    for paths in in_frame(kept).values():
        values = [frechet(a[:, :2], b[:, :2]) for a, b in itertools.combinations(paths, 2)]
        means.append(np.mean(values))
        all_pairs += values
    assert len(all_pairs) == 7
    assert found.value("human", "pairs") == pytest.approx(np.mean(all_pairs))
    assert found.value("human", "images") == pytest.approx(np.mean(means))


def test_unordered_pairs_judge_the_later_person_by_the_earlier(data):
    found = score_protocol(replace(STRICT, people="unordered"), data, controls=False)
    pairs = [
        stretches(paths[j], paths[i], 320)
        for paths in in_frame(data.scanpaths).values()
        for i, j in itertools.combinations(range(len(paths)), 2)
    ]
    assert found.value("human", "STDE") == pytest.approx(np.mean(pairs), abs=1e-12)


def test_first_fixation_cuts_padding_and_short_paths(data):
    score = (Score("fixations", "edit_distance", {"bins": (1, 1)}),)  # one cell: the difference of lengths
    protocol = replace(STRICT, scores=score, headline="fixations", people="unordered")

    def lengths(**changes):
        found = score_protocol(replace(protocol, **changes), data, controls=False)
        return found.value("human", "fixations"), found.notes

    n = data.scanpaths.lengths.reshape(3, 3)
    gaps = lambda n: np.mean([abs(a - b) for row in n for a, b in itertools.combinations(row, 2)])  # noqa: E731
    assert lengths()[0] == gaps(n)
    assert lengths(longest_person=4)[0] == gaps(np.minimum(n, 4))
    assert lengths(longest_person=4, first_fixation="dropped")[0] == gaps(np.minimum(n - 1, 4))
    value, notes = lengths(padding=Padding(6, 1, 1, 1))
    assert value == gaps(np.maximum(n, 6))
    assert notes == (f"human: {(n < 6).sum()} paths filled up to 6 fixations",)
    value, notes = lengths(fewest=5)
    kept = [[a for a in row if a >= 5] for row in n]
    assert value == gaps(kept)
    assert notes == (f"human: {(n < 5).sum()} paths of fewer than 5 fixations (left out)",)


def test_own_person_meets_that_person_only(data):
    protocol = replace(STRICT, models="own person", samples=1)
    people = data.scanpaths
    same = people.replace(table=people.table.assign(source="copy"))
    found = score_protocol(protocol, data, same)
    assert found.value("copy", "SED") == 0  # each prediction is that person's own path
    assert found.departures == {}
    assert set(found.table["source"]) == {"human", "other-image", "uniform", "copy"}
    assert (found.table[found.table["source"] == "other-image"]["pairs"] == 9).all()
    fewer = score_protocol(protocol, data, same[1:], controls=False)
    assert fewer.departures["copy"] == ("1 of 9 people's paths have no prediction",)
    with pytest.raises(DataError, match="column 'subject'"):
        score_protocol(protocol, data, same.replace(table=same.table.assign(subject="")))


def test_controls_depend_on_the_seed_and_on_nothing_else(data):
    first, again, other = (score_protocol(STRICT, data, seed=seed).table for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, again)
    drawn = first["source"] != "human"
    assert not np.allclose(first[drawn]["value"], other[drawn]["value"])
    pd.testing.assert_frame_equal(first[~drawn], other[~drawn])
    assert (first[first["source"] == "uniform"]["pairs"] == [18] * 9 + [6, 6]).all()  # 3 images, 2 samples, 3 people


def test_what_is_not_whole_has_no_headline_and_says_why(data):
    predictions = some_predictions(data)
    keep = predictions.table["stimulus"] != "img2"
    found = score_protocol(STRICT, data, predictions.filter(keep)[:3], controls=False)
    assert found.departures["mine"] == (
        "1 of 3 trials have no prediction",
        "the protocol asks for 2 of each, and 1 of 3 trials have another number (1)",
    )
    assert "mine" not in found.headlines
    assert "human" in found.headlines


def test_without_durations_rows_fall_away_by_name(data):
    found = score_protocol(STRICT, data, some_predictions(data, duration=None), controls=False)
    mine = found.table[found.table["source"] == "mine"]
    assert "SED" in set(mine["score"])
    assert not {"MultiMatch duration", "ScanMatch w/ duration"} & set(mine["score"])
    assert found.notes == ("mine: its paths have no durations, so without MultiMatch duration, ScanMatch w/ duration",)
    assert found.departures == {"mine": ("its paths have no durations",)}
    assert found.value("mine", "MultiMatch vector") > 0


def test_where_each_path_lacks_a_duration_it_is_said_whose_they_are(data):
    """An imposed start has none: under `scandiff` no pair of such a model has a value, and nothing said why."""
    predictions = some_predictions(data)
    duration = predictions.durations().copy()
    duration[predictions.offsets[:-1]] = np.nan
    found = score_protocol(STRICT, data, predictions.replace(duration=duration), controls=False)
    assert found.departures == {"mine": ("each of its paths has a fixation without a duration",)}
    assert "MultiMatch duration" not in set(found.table[found.table["source"] == "mine"]["score"])
    nobody = replace(data, scanpaths=data.scanpaths.replace(duration=None))
    found = score_protocol(STRICT, nobody, predictions, controls=False)
    assert found.departures["mine"] == ("people's paths have no durations",)


def test_undefined_pairs_are_counted(data):
    short = some_predictions(data).truncate(2)
    found = score_protocol(STRICT, data, short, controls=False).table.set_index(["source", "score"])
    assert found.loc[("mine", "MultiMatch vector"), ["pairs", "undefined"]].tolist() == [0, 18]
    assert np.isnan(found.loc[("mine", "MultiMatch vector"), "value"])
    assert found.loc[("mine", "SED"), ["pairs", "undefined"]].tolist() == [18, 0]


def test_another_data_set_is_refused_or_marked(data):
    with pytest.raises(GazekitError, match="was made for osie and coco-search18, not for 'made-up'.*--transferred"):
        score_protocol("chen2021", data)
    found = score_protocol("chen2021", data, transferred=True)
    assert found.headlines == {}
    assert set(found.departures) == {"human", "other-image", "uniform"}
    assert found.departures["human"] == ("transferred from osie and coco-search18 to made-up",)


def test_a_part_of_the_images_is_counted(data):
    protocol = replace(STRICT, images={"made-up": ("img0", "img1", "img7")})
    found = score_protocol(protocol, data, some_predictions(data), controls=False)
    assert found.departures["human"] == ("1 of the 3 images of the protocol are not in the data",)
    assert found.notes == ("mine: 2 paths of images that the protocol does not score (left out)",)
    assert found.table["images"].max() == 2
    with pytest.raises(DataError, match="none of the 1 images"):
        score_protocol(replace(STRICT, images={"made-up": ("img7",)}), data)
    with pytest.raises(DataError, match="mine has no path on the 2 trials"):
        score_protocol(protocol, data, some_predictions(data).filter(stimulus="img2"))


def test_what_cannot_be_compared_is_refused(data):
    with pytest.raises(UnknownNameError, match="protocol"):
        score_protocol("chen2012", data)
    with pytest.raises(DataError, match="fewer than two"):
        score_protocol(STRICT, data.select(subjects=["p0"]))
    scaled = data.scanpaths.replace(table=data.scanpaths.table.assign(px_per_degree=30.0))
    degrees = replace(data, scanpaths=scaled.to_degrees())
    with pytest.raises(MismatchError, match="degrees"):
        score_protocol(STRICT, degrees)


def test_sequence_scores_are_of_clusters_of_all_people_uncut(data):
    from gazekit.metrics.labels.clusters import PUBLISHED_FACTORS, mean_shift_clusters

    scores = (Score("SS", "sequence_score_clusters"), Score("first 2", "sequence_score_clusters", longest=2))
    protocol = replace(STRICT, scores=scores, headline="SS", longest_person=4, frame=(160, 120))
    found = score_protocol(protocol, data, controls=False)
    clusters = mean_shift_clusters(data.scanpaths, by=("trial",), factors=PUBLISHED_FACTORS)

    def common(a, b):  # longest common subsequence by trying all
        sub = lambda s, k: set(itertools.combinations(s, k))  # noqa: E731
        return max(k for k in range(min(len(a), len(b)) + 1) if sub(a, k) & sub(b, k)) / max(len(a), len(b))

    for name, cut in (("SS", 4), ("first 2", 2)):
        values = []
        for _, paths in clusters.label(data.scanpaths).groupby("trial"):
            strings = [path.object_id.tolist()[:cut] for path in paths]
            values += [common(a, b) for a, b in itertools.combinations(strings, 2)]
        assert found.value("human", name) == pytest.approx(np.mean(values))


def test_divergence_recall_and_diversity_by_hand(data):
    entropy = pytest.importorskip("scipy.stats").entropy
    scores = (
        Score("KLD", "multimatch", averaged="divergence"),
        Score("RSS", "scanmatch", averaged="covered", threshold={"made-up": 0.25}),
        Score("DSS", "scanmatch", averaged="diversity"),
    )
    protocol = replace(STRICT, scores=scores, headline="KLD", people="unordered", frame=(160, 120))
    predictions = some_predictions(data, samples=3)
    found = score_protocol(protocol, data, predictions, controls=False)
    assert set(found.table["source"]) == {"mine"}  # people have none of these
    assert score_protocol(replace(protocol, samples=3), data, predictions).headlines.keys() == {
        "mine",
        "other-image",
        "uniform",
    }
    from gazekit.metrics import multimatch, scanmatch

    mm, mm_people, covered, diversity = [], [], [], []
    for trial, judges in data.scanpaths.groupby("trial"):
        mine = list(predictions.filter(trial=trial))
        judges = list(judges)
        mm += [multimatch(a, b) for a in mine for b in judges]
        mm_people += [multimatch(b, a) for a, b in itertools.combinations(judges, 2)]
        covered += [max(scanmatch(a, b) for a in mine) > 0.25 for b in judges]
        among = lambda paths: np.mean([scanmatch(a, b) for a, b in itertools.combinations(paths, 2)])  # noqa: E731
        across = np.mean([scanmatch(a, b) for a in mine for b in judges])
        diversity.append(across / (1 + abs(among(mine) - among(judges))))
    divergences = []
    for human, model in zip(np.array(mm_people).T, np.array(mm).T, strict=True):
        edges = np.linspace(min(human.min(), model.min()), max(human.max(), model.max()), 100)
        h, m = np.histogram(human, edges)[0], np.histogram(model, edges)[0]
        divergences.append(entropy(h / h.sum(), m / m.sum() + 1e-10))
    assert found.value("mine", "KLD") == pytest.approx(np.mean(divergences))
    assert found.value("mine", "RSS") == pytest.approx(np.mean(covered))
    assert 0 < np.mean(covered) < 1
    assert found.value("mine", "DSS") == pytest.approx(np.mean(diversity))


def test_on_other_data_a_person_is_covered_above_peoples_mean(data):
    given = Score("given", "scanmatch", averaged="covered", threshold={"made-up": 0.0})
    protocol = replace(STRICT, scores=(given, replace(given, name="mean", threshold={})), headline="mean")
    found = score_protocol(protocol, data, some_predictions(data), controls=False)
    assert found.value("mine", "given") == 1
    assert found.value("mine", "mean") < 1


def test_open_points_leave_no_headline(data):
    found = score_protocol(replace(STRICT, open_points=("which images",)), data, some_predictions(data))
    assert found.headlines == {}
    assert found.departures["mine"] == ("not known: which images",)


def test_a_divergence_of_nothing_is_not_a_number():
    assert np.isnan(histogram_divergence(np.array([np.nan]), np.array([1.0])))
    assert histogram_divergence(np.zeros(4), np.ones(4)) == pytest.approx(np.log(1e10), rel=1e-6)


def test_an_imposed_first_fixation_stays_in_controls(data):
    people = data.scanpaths
    x = np.where(people.rank_of() == 0, 80.0, people.x)
    y = np.where(people.rank_of() == 0, 60.0, people.y)
    imposed = replace(data, scanpaths=people.replace(x=x, y=y, facts=Facts(forced_first=True)))
    first = replace(
        STRICT, scores=(Score("first", "frechet"),), headline="first", longest_person=1, longest_prediction=1
    )
    found = score_protocol(first, imposed)
    assert found.value("uniform", "first") == found.value("other-image", "first") == 0  # all begin in the centre


def test_intervals_are_over_images_and_hold_the_value(data):
    table = score_protocol(STRICT, data).table
    assert ((table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()


# ---------------------------------------------------------------- what single protocols ask for


def one(name, **changes):
    """A protocol of one score on the made-up data."""
    return replace(STRICT, scores=(Score("x", name, **changes.pop("score", {})),), headline="x", **changes)


def test_a_mean_of_paths_weighs_paths_alike(data):
    from gazekit.metrics import frechet

    kept = data.scanpaths.filter(
        ~((data.scanpaths.table["trial"] == "img0") & (data.scanpaths.table["subject"] == "p0"))
    )
    found = score_protocol(
        one("frechet", score={"averaged": "paths"}),
        replace(data, scanpaths=kept),
        some_predictions(data),
        controls=False,
    )
    people = in_frame(kept)
    means = [
        np.mean([frechet(path[:, :2], judge[:, :2]) for judge in people[trial]])
        for trial, paths in in_frame(some_predictions(data)).items()
        for path in paths
    ]
    assert found.value("mine", "x") == pytest.approx(np.mean(means), abs=1e-12)
    pooled = score_protocol(one("frechet"), replace(data, scanpaths=kept), some_predictions(data), controls=False)
    assert pooled.value("mine", "x") != pytest.approx(np.mean(means), abs=1e-6)


def test_people_with_themselves_gain_a_share_of_perfect_scores(data):
    plain, themselves = (
        score_protocol(one("scanmatch", people=people), data, controls=False).table.iloc[0]
        for people in ("ordered", "with themselves")
    )
    assert (plain["pairs"], themselves["pairs"]) == (18, 27)
    assert themselves["value"] == pytest.approx((18 * plain["value"] + 9) / 27)


def test_recall_is_how_often_the_own_person_is_nearest(data):
    from gazekit.metrics import frechet

    people = data.scanpaths
    moved = people.replace(x=people.x + np.random.default_rng(1).normal(0, 200, len(people.x)))
    mine = moved.replace(table=people.table.assign(source="mine"))
    protocol = replace(
        one("frechet"), models="own person", samples=1,
        scores=tuple(Score(f"R@{k}", "frechet", averaged="recall", nearest=k) for k in (1, 2, 3)), headline="R@1",
    )  # fmt: skip
    found = score_protocol(protocol, data, mine)
    theirs, ranks = in_frame(people), []
    for trial, paths in in_frame(mine).items():
        for own, path in enumerate(paths):
            apart = [frechet(path[:, :2], judge[:, :2]) for judge in theirs[trial]]
            ranks.append(sum(d < apart[own] for d in apart))
    assert 0 < np.mean(np.equal(ranks, 0)) < 1
    for k in (1, 2, 3):
        assert found.value("mine", f"R@{k}") == pytest.approx(np.mean(np.array(ranks) < k))
    assert "human" not in set(found.table["source"])


def test_columns_choose_the_part_that_is_scored(data):
    table = data.scanpaths.table.assign(split=np.where(data.scanpaths.table["trial"] == "img1", "valid", "train"))
    parted = replace(data, scanpaths=data.scanpaths.replace(table=table))
    protocol = one("frechet", images={"made-up": {"split": "valid"}})
    assert score_protocol(protocol, parted, controls=False).table["images"].tolist() == [1]
    with pytest.raises(DataError, match="needs to know which images are scored: .* no column 'split'"):
        score_protocol(protocol, data)
    with pytest.raises(DataError, match="scores split 'test' of 'made-up', and no path has that"):
        score_protocol(replace(protocol, images={"made-up": {"split": "test"}}), parted)


def test_our_own_protocol_gives_what_evaluate_gives(data, tmp_path):
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.evaluation.lengths import matched_lengths
    from gazekit.models import load_model

    model = load_model("uniform")
    run = evaluate(data, ["uniform"], ["scanmatch", "multimatch"], out=tmp_path / "r", n_samples=5, progress=False)
    summary = run.summary.set_index(["model", "metric"])["value"]
    lengths = matched_lengths(data, 5, seed=0)
    asked = np.stack([lengths[trial.id] for trial in data.trials])
    paths = model.predict(data.trials, n_samples=5, lengths=asked, progress=False)
    found = score_protocol("gazekit", data, paths.replace(table=paths.table.assign(source="mine")))
    assert found.value("human", "ScanMatch") == pytest.approx(summary["human", "scanmatch"])
    assert found.value("human", "MultiMatch vector") == pytest.approx(summary["human", "multimatch_vector"])
    assert found.value("mine", "ScanMatch") == pytest.approx(summary["uniform", "scanmatch"])
    assert found.value("other-image", "ScanMatch") == pytest.approx(summary["other-image", "scanmatch"])
    assert found.headlines.keys() == {"human", "mine", "other-image", "uniform"}


@pytest.fixture
def search(data):
    """The same people; the target is a box that some of them fixate."""
    from gazekit.core.trials import Box

    trials = [replace(trial, target_box=Box(60, 40, 110, 90), start=trial.frame.centre) for trial in data.trials]
    return replace(data, trials=tuple(trials))


def test_search_is_scored_until_the_target_is_found(search):
    inside = lambda path: (path[:, 0] > 60) & (path[:, 0] < 110) & (path[:, 1] > 40) & (path[:, 1] < 90)  # noqa: E731
    reached = [bool(inside(path.xy).any()) for path in search.scanpaths]
    assert 2 < sum(reached) < len(reached)
    protocol = one("edit_distance", score={"options": {"bins": (1, 1)}}, until_found=True)
    predictions = some_predictions(search)
    found = score_protocol(protocol, search, predictions, controls=False)
    assert found.notes == (f"human: {len(reached) - sum(reached)} paths that never fixate the target (left out)",)
    gaps = []
    for path in predictions:
        hit = np.flatnonzero(inside(path.xy))
        n = hit[0] + 1 if len(hit) else len(path)
        judges = zip(search.scanpaths, reached, strict=True)
        gaps += [abs(n - len(p)) for p, seen in judges if seen and p.ids["trial"] == path.ids["stimulus"]]
    assert found.value("mine", "x") == pytest.approx(np.mean(gaps))
    with pytest.raises(DataError, match="is about search, and some trials of 'made-up' have no target"):
        score_protocol(
            protocol, replace(search, trials=(*search.trials[:2], replace(search.trials[2], target_box=None)))
        )


def test_measures_of_sets_are_of_the_protocols_frame(search):
    from gazekit.metrics.behaviour import probability_mismatch, target_fixation_probability, tfp_auc

    search = replace(search, trials=tuple(replace(trial, start=(5.0, 5.0)) for trial in search.trials))
    scores = (Score("TFP-AUC", "tfp_auc"), Score("mismatch", "probability_mismatch"))
    found = score_protocol(
        replace(STRICT, scores=scores, headline="TFP-AUC"), search, some_predictions(search), controls=False
    )
    boxes = search.target_boxes()

    curves = [
        target_fixation_probability(with_start(p, contents_of(search.trials)), boxes)
        for p in (some_predictions(search), search.scanpaths)
    ]
    assert found.value("mine", "TFP-AUC") == pytest.approx(tfp_auc(curves[0]))
    assert found.value("human", "TFP-AUC") == pytest.approx(tfp_auc(curves[1]))
    assert found.value("mine", "mismatch") == pytest.approx(probability_mismatch(*curves))
    assert np.isnan(found.value("human", "mismatch"))  # people are what it compares with
    each = [
        tfp_auc(target_fixation_probability(with_start(p, contents_of(search.trials)), boxes))
        for _, p in search.scanpaths.groupby("stimulus")
    ]  # of as many paths on each image the whole is the mean, so that the jackknife is the bootstrap itself
    row = found.table[(found.table["source"] == "human") & (found.table["score"] == "TFP-AUC")].iloc[0]
    assert found.resampled["human", "TFP-AUC"] == pytest.approx(np.array(each)[resample(3)].mean(axis=1))
    assert row["low"] < row["value"] < row["high"]


def test_pairs_that_did_not_find_the_target_have_no_value(search):
    found = score_protocol(one("frechet", score={"both_found": True}), search, controls=False).table.iloc[0]
    without = replace(search, trials=tuple(replace(trial, target_box=None) for trial in search.trials))
    with pytest.raises(DataError, match="is about search, and some trials of 'made-up' have no target"):
        score_protocol(one("frechet", score={"both_found": True}), without, controls=False)
    reached = np.array([((p.xy > [60, 40]) & (p.xy < [110, 90])).all(axis=1).any() for p in search.scanpaths])
    pairs = sum(n * (n - 1) for n in reached.reshape(3, 3).sum(axis=1))
    assert (found["pairs"], found["undefined"]) == (pairs, 18 - pairs)


def test_densities_are_scored_at_the_second_fixation_and_later(data):
    from gazekit.models import load_model

    class Lopsided(type(load_model("uniform"))):
        name = "lopsided"

        def log_density(self, trial, shape=None, history=None):
            columns = shape[1]
            weights = np.ones(shape)
            weights[:, : columns // 2] = 1 + (0 if history is None else len(history))  # it counts what came before
            return np.log(weights / weights.sum())

    scores = (
        Score("LL", "information_gain", averaged="images"),
        Score("paths", "information_gain", averaged="paths"),
        Score("AUC", "auc_uniform", averaged="pairs"),
    )
    protocol = replace(STRICT, scores=scores, headline="LL", grid=(16, 12), frame=None)
    found = score_protocol(protocol, data, models=[Lopsided()])
    by_image, by_path, auc = {}, [], []
    for path in data.scanpaths:
        bits = []
        for k, x in enumerate(path.x[1:], start=1):
            weight = 1 + k if x < 80 else 1
            bits.append(np.log2(weight / ((1 + k) / 2 + 1 / 2)))
            auc.append(0.75 if x < 80 else 0.25)
        by_image.setdefault(path.ids["trial"], []).extend(bits)
        by_path.append(np.mean(bits))
    assert found.value("lopsided", "LL") == pytest.approx(np.mean([np.mean(v) for v in by_image.values()]))
    assert found.value("lopsided", "paths") == pytest.approx(np.mean(by_path))
    assert found.value("lopsided", "AUC") == pytest.approx(np.mean(auc))
    with pytest.raises(DataError, match="scores log densities, which files of predictions do not have"):
        score_protocol(protocol, data, some_predictions(data))


def test_probability_0_is_minus_infinity_and_not_left_out(data):
    from gazekit.models import load_model

    class Half(type(load_model("uniform"))):
        name = "half"

        def log_density(self, trial, shape=None, history=None):
            weights = np.zeros(shape)
            weights[:, : shape[1] // 2] = 1
            with np.errstate(divide="ignore"):
                return np.log(weights / weights.sum())

    scores = (Score("LL", "information_gain", averaged="images"),)
    protocol = replace(STRICT, scores=scores, headline="LL", grid=(8, 6))
    row = score_protocol(protocol, data, models=[Half()]).table.iloc[0]
    assert row["value"] == -np.inf
    assert np.isnan(row["low"])


def test_the_prior_of_hat_needs_training_paths(search):
    from gazekit.models import load_model

    scores = tuple(Score(name, "conditional", output=name) for name in ("cig", "cnss", "cauc_trapezoid"))
    protocol = replace(STRICT, scores=scores, headline="cig", grid=(64, 40), images={"made-up": ()})
    uniform = load_model("uniform")
    found = score_protocol(protocol, search, models=[uniform])
    assert found.value("uniform", "cauc_trapezoid") == 0.5  # a map that says nothing, as the authors define it
    assert any("no training part" in note and "cig" in note for note in found.notes)
    assert "uniform" in found.departures
    table = search.scanpaths.table.assign(split="train")
    trained = replace(search, scanpaths=search.scanpaths.replace(table=table))
    assert np.isfinite(score_protocol(protocol, trained, models=[uniform]).value("uniform", "cig"))


def test_predictions_are_as_many_and_as_long_as_is_asked(data):
    from gazekit.evaluation.lengths import matched_lengths
    from gazekit.models import load_model
    from gazekit.protocols.predictions import predict_for

    paths = predict_for(STRICT, data, [load_model("centre"), load_model("uniform")], progress=False)
    assert set(paths.table["source"]) == {"centre"}
    models = [load_model("centre"), load_model("uniform")]
    told = [note for note in score_protocol(STRICT, data, paths, models=models).notes if "left out" in note]
    assert told == [
        "uniform: the protocol's own control of this name is shown, with lengths and durations of people on other "
        "images; the model is left out"
    ]
    wanted = matched_lengths(data, 2, seed=0)
    assert [list(part.lengths) for _, part in paths.groupby("trial")] == [list(wanted[t]) for t in sorted(wanted)]
    own = predict_for(replace(STRICT, models="own person", samples=1), data, [load_model("centre")], progress=False)
    assert sorted(own.table["subject"]) == sorted(data.scanpaths.table["subject"])
    assert score_protocol(replace(STRICT, models="own person", samples=1), data, own, controls=False).departures == {
        "centre": ("its paths have no durations",)
    }
    part = replace(STRICT, images={"made-up": ("img0", "img1")})
    fitted = load_model("centre")
    predict_for(part, data, [fitted], progress=False)
    assert list(fitted.learned_stimuli) == ["img2"]  # the image that the protocol does not score


def test_a_stopped_run_goes_on_where_it_was(data, tmp_path, monkeypatch):
    from gazekit.evaluation.predict import PredictPiece
    from gazekit.models import load_model
    from gazekit.protocols.predictions import evaluate_protocol, predict_for

    protocol, done, call, stops = one("frechet"), [], PredictPiece.__call__, [True]

    def counted(piece):
        if done and stops.pop():
            raise KeyboardInterrupt
        done.append(piece.model.name)
        return call(piece)

    def run():
        models = [load_model("centre"), load_model("empirical")]
        return evaluate_protocol(protocol, data, models, out=tmp_path / "run", progress=False)

    monkeypatch.setattr(PredictPiece, "__call__", counted)
    with pytest.raises(KeyboardInterrupt):
        run()
    stops.append(False)
    found, again = run(), run()
    assert done == ["centre", "empirical"]  # nothing was made twice
    pd.testing.assert_frame_equal(found.table, again.table)
    assert (found.notes, found.departures) == (again.notes, again.departures)
    models = [load_model("centre"), load_model("empirical")]
    at_once = score_protocol(protocol, data, predict_for(protocol, data, models, progress=False), models=models)
    pd.testing.assert_frame_equal(found.table, at_once.table)
    assert found.departures == at_once.departures


def test_a_fit_is_kept_in_the_run(data, tmp_path):
    from gazekit.models import ScanpathModel
    from gazekit.protocols.predictions import evaluate_protocol

    class Mean(ScanpathModel):
        """Stays where people looked on average, on the images that it was fitted on."""

        name, needs_fit = "mean", True
        fits = 0

        def __init__(self):
            self.at = 0.0

        def fit(self, dataset):
            type(self).fits += 1
            self.at = float(dataset.scanpaths.x.mean())
            return self

        def draw(self, trial, prepared, rng, max_fixations):
            return np.full(max_fixations, self.at), np.full(max_fixations, 7.0)

    protocol = one("frechet", images={"made-up": ("img0", "img1")})
    found = evaluate_protocol(protocol, data, [Mean()], out=tmp_path / "run", progress=False)
    paths = Scanpaths.load(tmp_path / "run" / "predictions.parquet")
    assert np.allclose(paths.x, data.scanpaths.filter(stimulus="img2").x.mean())
    assert Mean.fits == 1
    assert np.isfinite(found.value("mean", "x"))


def test_the_imposed_start_is_put_before_predictions(data):
    people = data.scanpaths
    first = people.rank_of() == 0
    imposed = people.replace(
        x=np.where(first, 80.0, people.x), y=np.where(first, 60.0, people.y), facts=Facts(forced_first=True)
    )
    trials = tuple(replace(trial, start=(80.0, 60.0)) for trial in data.trials)
    shown = replace(data, scanpaths=imposed, trials=trials)
    protocol = one("frechet", longest_person=1, longest_prediction=1)
    found = score_protocol(protocol, shown, some_predictions(data), controls=False)
    assert found.value("mine", "x") == 0
    assert found.notes == ("mine: the imposed start was put before every path, as people's have it",)


def test_the_imposed_start_is_taken_from_predictions_where_people_are_without_it(data):
    """A file of visions on Interiors, whose people are without it, was refused."""
    people = data.scanpaths.replace(facts=Facts(forced_first=False))
    mine = some_predictions(data)
    begun = with_start(
        mine.replace(facts=Facts(forced_first=False)),
        contents_of([replace(trial, start=(80.0, 60.0)) for trial in data.trials]),
    )
    shown = replace(data, scanpaths=people)
    protocol = one("frechet")
    found = score_protocol(protocol, shown, begun, controls=False)
    assert found.notes == ("mine: the imposed start was taken from every path, as people's are without it",)
    assert found.value("mine", "x") == score_protocol(protocol, shown, mine, controls=False).value("mine", "x")


def test_one_image_has_values_and_no_interval(data):
    """It had intervals of length 0, which are said to hold for other images."""
    alone = data.select(stimuli=["img0"])
    found = score_protocol("chen2021", alone, some_predictions(alone), transferred=True)
    assert found.table["value"].notna().all()
    assert found.table[["low", "high"]].isna().all(axis=None)
    for protocol in ("gazekit", replace(STRICT, lengths="matched")):
        with pytest.raises(DataError, match="have lengths of people on other images, and 'made-up' has people on one"):
            score_protocol(protocol, alone, some_predictions(alone), transferred=True)
    long = replace(STRICT, name="long", fewest=99)
    left = rf"fewer than two on its images \({len(data.scanpaths)} paths of fewer than 99 fixations \(left out\)\)"
    with pytest.raises(DataError, match=left):
        score_protocol(long, data, some_predictions(data))


def test_a_model_that_stops_needs_no_lengths_of_other_images(data):
    from gazekit.models import ScanpathModel
    from gazekit.protocols.predictions import predict_for

    class Three(ScanpathModel):
        name, stops = "three", True

        def draw(self, trial, prepared, rng, max_fixations):
            return np.full(3, 5.0), np.full(3, 7.0), None

    alone = data.select(stimuli=["img0"])
    assert (predict_for(STRICT, alone, [Three()], progress=False).lengths == 3).all()


def test_a_model_that_can_go_on_has_lengths_of_its_own_where_the_protocol_leaves_it_them(data):
    from gazekit.models import ScanpathModel
    from gazekit.protocols.predictions import predict_for

    class Two(ScanpathModel):
        name, ends_itself = "two", True

        def draw(self, trial, prepared, rng, max_fixations):
            count = 2 if max_fixations is None else max_fixations
            return np.full(count, 5.0), np.full(count, 7.0), None

    assert (predict_for(STRICT, data, [Two()], progress=False).lengths == 2).all()
    matched = predict_for(replace(STRICT, lengths="matched"), data, [Two()], progress=False)
    plain = type("Plain", (Two,), {"ends_itself": False})()
    assert not (matched.lengths == 2).all()
    assert (matched.lengths == predict_for(STRICT, data, [plain], progress=False).lengths).all()
