"""The parts of a page: charts, tables, pictures, methods."""

import math
import re
from dataclasses import replace
from html import unescape
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gazekit import Box, Dataset, Frame, Scanpaths, Trial
from gazekit.foundations.errors import DataError
from gazekit.report import search
from gazekit.report.certificate import _sentence
from gazekit.report.charts import Series, domain_of, interval_mark, line_chart, series_of, ticks
from gazekit.report.content import Content
from gazekit.report.evaluation import found_by_limit, search_curve, search_sections
from gazekit.report.exploring import pictures
from gazekit.report.methods import evaluation_methods, general_methods
from gazekit.report.page import page_of
from gazekit.report.tables import ScoreTables, difference_table, digits, overview, panels, plain_table, score_table

SUMMARY = pd.DataFrame(
    [
        ("d", "human", "edit_distance", 4.0, 3.9, 4.1, 9, 0),
        ("d", "a", "edit_distance", 8.0, 7.5, 8.5, 9, 1),
        ("d", "b|<i>", "edit_distance", 6.0, 5.5, 6.5, 9, 0),
        ("d", "other-image", "edit_distance", 5.0, 4.5, 5.5, 9, 0),
    ],
    columns=["dataset", "model", "metric", "value", "low", "high", "stimuli", "undefined"],
)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.2187, 0.4474), (-1, 1), (0, 13), (376.3, 4200), (5, 5.001)])
def test_ticks_are_round_and_inside(low, high):
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 8
    assert all(low - 1e-9 <= m <= high + 1e-9 for m in marks)
    steps = np.diff(marks)
    assert np.allclose(steps, steps[0])


def test_a_chart_says_what_it_shows():
    series = [Series("<model>", [1, 2, 3], [0.1, np.nan, 0.5], [0.0, np.nan, 0.4], [0.2, np.nan, 0.6])]
    chart = line_chart(series, label='"curve" & <more>', x="fixation", y="share")
    assert 'role="img" aria-label="&quot;curve&quot; &amp; &lt;more&gt;"' in chart
    assert chart.count("<title>&lt;model&gt;: ") == 2  # the point that is not defined is not drawn
    assert "NaN" not in chart
    assert "nan" not in chart


def test_nothing_to_draw():
    assert "nothing to draw" in line_chart([Series("a", [1], [np.nan])], label="l", x="x", y="y")
    assert interval_mark(0, np.nan, 1, (0, 1)) == ""
    assert domain_of([np.nan]) == (0, 1)


def test_series_differ_without_colour():
    """Markers and dashes tell seven models and people apart in black and white."""
    keys = [line_chart([Series("s", [0, 1], [0, 1], number=k)], label="l", x="x", y="y") for k in range(8)]
    shapes = {(re.search(r'class="dot" d="([^"]+)"', k)[1], "dasharray" in k) for k in keys}
    assert len(shapes) >= 4
    assert "dasharray" in keys[7]


def test_marks_are_at_their_values():
    mark = interval_mark(0.25, 0.5, 0.75, (0.0, 1.0), people=1.0)
    assert '<line class="whisker" x1="55.0" x2="145.0"' in mark
    assert '<line class="guide people" x1="190.0"' in mark


def test_the_best_is_the_least_distance_and_never_people_or_chance():
    html = overview(ScoreTables(SUMMARY))
    assert html.count("<strong>") == 1
    assert "<strong>6.00</strong>" in html
    assert "b|&lt;i&gt;" in html
    assert "lower is better" in html
    for role in ("control", "image-blind"):
        assert "<strong>8.00</strong>" in overview(ScoreTables(SUMMARY, roles={"b|<i>": role}))


def test_models_with_the_same_value_are_both_the_best():
    rows = SUMMARY.assign(value=[5.0] * len(SUMMARY), model=["human", *(f"m{k}" for k in range(len(SUMMARY) - 1))])
    assert overview(ScoreTables(rows)).count("<strong>") == len(SUMMARY) - 1


def test_chance_is_the_best_null_and_a_measure_on_which_a_control_does_well_is_marked():
    marked = SUMMARY.assign(
        role=["people", "chance", "model", "image-blind"][: len(SUMMARY)], mark="the control x reaches people"
    )
    html = overview(ScoreTables(marked))
    assert "(!)" in html
    assert "Edit distance: the control x reaches people." in html
    assert html.count("<u>") == 1
    assert "(chance: best null)" in score_table(ScoreTables(marked), "d", "edit_distance")


def test_scores_without_shares_have_no_columns_for_them():
    html = score_table(ScoreTables(SUMMARY.drop(columns="undefined")), "d", "edit_distance")
    assert "share of ceiling" not in html
    assert "undefined" not in html
    assert 'data-value="8.0"' in html


def test_the_headline_is_shown_first():
    two = pd.concat([SUMMARY, SUMMARY.assign(metric="selected")])
    assert '<option value="panel-1" selected>selected</option>' in panels(ScoreTables(two), "selected")
    assert " selected>" not in panels(ScoreTables(two), "absent")


def test_differences_that_are_clear_are_bold():
    rows = [("d", "edit_distance", "a", "b", 2.0, 1.0, 3.0, 9), ("d", "edit_distance", "a", "c", 1.0, -1.0, 3.0, 9)]
    names = ["dataset", "metric", "model_a", "model_b", "difference", "low", "high", "stimuli"]
    html = difference_table(ScoreTables(SUMMARY, pd.DataFrame(rows, columns=names)), "d", "edit_distance")
    assert html.count("<strong>") == 1
    assert "<strong>+2.0</strong>" in html
    assert difference_table(ScoreTables(SUMMARY), "d", "edit_distance") == ""


def test_digits_follow_the_intervals():
    assert digits(SUMMARY) == 2
    assert digits(SUMMARY.assign(low=np.nan)) == 4


def test_searches_are_told_by_the_limit_that_trials_have(scanpaths_of):
    """Shares of trials with different limits were pooled."""
    box = Box(0, 0, 20, 20)
    limits = {"a": 2, "b": 2, "c": 4}
    trials = [Trial(name, name, Frame(100, 80), target_box=box, max_fixations=n) for name, n in limits.items()]

    def walks(found, **columns):
        """One path for each: it ends on the target, or elsewhere."""
        names = [name for name, _ in found]
        paths = scanpaths_of([2] * len(found), frame=Frame(100, 80), stimulus=names, **columns)
        x = np.ravel([(50, 10 if there else 90) for _, there in found]).astype(float)
        return paths.replace(x=x, y=x.clip(10, 79))

    people = walks([("a", 1), ("a", 0), ("b", 1), ("c", 0)], subject=["p", "q", "p", "p"])
    data = Dataset("made", trials, people)
    told = found_by_limit(people, people, data)
    assert told[["limit", "paths", "share"]].to_numpy().tolist() == [[2, 3, 0.75], [4, 1, 0.0]]
    assert (told["low"][0], told["high"][0]) == (0.5, 1.0)
    assert told[["low", "high"]].iloc[1].isna().all()  # of one stimulus
    predicted = walks([("a", 0), ("b", 1)], source="m", sample=[0, 0])
    (section,) = search_sections(people, predicted, data)
    assert '<th scope="col"><button type="button">2 fixations<br>3 searches</button></th>' in section.html
    assert '<td data-value="0.5">0.50<small>0.00, 1.00</small></td>' in section.html
    own = predicted.replace(table=predicted.table.assign(source="m (own lengths)"))
    (section,) = search_sections(people, Scanpaths.concat([predicted, own]), data, "m")
    assert "m (own lengths)" in re.sub("<wbr>|&nbsp;", " ", section.html)
    assert section.html.count("<tr") == 3  # lengths of others end a search where these were done
    assert "chance" in section.html.split("<svg")[1].split("</svg>")[0]
    same = replace(data, trials=tuple(replace(trial, max_fixations=4) for trial in trials))
    told_apart = "for each limit that people had apart"
    assert told_apart in section.html
    assert told_apart not in search_sections(people, predicted, same)[0].html  # one limit: nothing to tell apart


def test_a_person_may_have_a_limit_of_their_own(scanpaths_of):
    """On Interiors people were allowed 2 to 64 saccades in the same trial: those of 2 counted as not found at 3."""
    trials = [Trial(name, name, Frame(100, 80), target_box=Box(0, 0, 20, 20), max_fixations=4) for name in "ab"]
    shape = {"frame": Frame(100, 80), "stimulus": list("aabb")}
    people = scanpaths_of([2, 4, 2, 4], subject=list("pqpq"), saccades_allowed=[2, 4, 2, 4], **shape)
    people = people.replace(x=np.r_[50, 60, 50, 60, 70, 10, 50, 10, 50, 60, 70, 10].astype(float), y=np.full(12, 10.0))
    predicted = scanpaths_of([4, 4, 4, 4], source="m", sample=[0, 1, 0, 1], **shape)
    x = np.r_[50, 10, 50, 50, 50, 50, 50, 10, 50, 50, 10, 50, 50, 50, 50, 50].astype(float)
    predicted = predicted.replace(x=x, y=np.full(16, 10.0))
    data = Dataset("made", trials, people)
    assert found_by_limit(people, people, data)[["limit", "share"]].to_numpy().tolist() == [[2, 0.5], [4, 1.0]]
    assert found_by_limit(people, predicted, data)[["limit", "share"]].to_numpy().tolist() == [[2, 0.25], [4, 0.75]]
    assert search_curve(people, data, 4)["share"].tolist() == [0, 0, 0.25, 0, 1]  # of four, then of the two who went on
    assert "Models are not shown" not in search_sections(people, predicted, data)[0].html
    free = replace(data, trials=tuple(replace(trial, max_fixations=None) for trial in trials))
    (section,) = search_sections(
        people, predicted, free
    )  # models have paths of two fixations as of people with that limit
    assert "Models are not shown: people had limits of their own" in section.html
    assert section.html.count("<tr") == 2
    assert ">m<" not in section.html
    asked = replace(free, scanpaths=people.replace(table=people.table.drop(columns="saccades_allowed")))
    assert ">m<" in search_sections(asked.scanpaths, predicted, asked)[0].html  # nobody had a limit


def test_any_table():
    frame = pd.DataFrame({"name": ["<b>", None], "value": [1.23456789, np.nan], "flag": [True, pd.NA]})
    html = plain_table(frame, "mine")
    assert "&lt;b&gt;" in html
    assert '<td data-value="1.23456789">1.235</td>' in html
    assert "–" in html


def test_pictures_of_one_stimulus_are_there_once_and_broken_ones_are_counted(tmp_path):
    broken = tmp_path / "b.png"
    broken.write_bytes(b"\x89PNG nothing")
    image = np.random.default_rng(0).integers(0, 256, (900, 1200, 3), np.uint8)
    frame = Frame(1200, 900)
    trials = [
        Trial("1", "a", frame, image_source=image),
        Trial("2", "a", frame, image_source=image),
        Trial("3", "b", frame, image_source=broken),
        Trial("4", "c", frame),
    ]
    encoded, note = pictures(trials)
    assert encoded[0] == encoded[1] != ""
    assert encoded[2:] == ("", "")
    assert "1 images, reduced to 720 px" in note
    assert "1 images could not be read" in note
    assert pictures(trials, "none")[1] == "Images were left out."
    assert pictures(trials[3:])[1] == "The data have no images at hand."
    assert len(pictures(trials, "full")[0][0]) > len(encoded[0])


def manifest(**about):
    data = {"name": "d", "stimuli": 2, "subjects": 3, "scanpaths": 6, "fixations": 40, "before_scoring": [], **about}
    models = [
        {"name": "mine", "class": "os.system", "options": {"x": 1}},
        {
            "name": "levy",
            "class": "gazekit.models.baselines.levy.Levy",
            "options": {"saliency": {"function": "gazekit.somewhere.conspicuity"}},
        },
    ]
    request = {
        "models": models,
        "metrics": {"scanmatch": {"bins": [12, 8], "temporal_bin_ms": None}, "unknown": {}},
        "n_samples": 5,
        "seed": 7,
        "resamples": 100,
        "versions": {"gazekit": "9.9", "python": "3.11", "numpy": "2"},
    }
    return {"data": data, "request": request}


def test_methods_name_what_was_done_and_whom_to_cite():
    about = {
        "citation": "Somebody (2020)",
        "dropped_by_loader": {"rows outside": 3, "column 'b' changes within a path: left out": 2},
        "before_scoring": ["First cut."],
    }
    text = evaluation_methods(manifest(**about))
    for part in (
        "Left out when the data were read: 3 x rows outside. First cut.",
        "mine (x = 1).",  # not a registered class: nothing is imported, nothing is said
        "levy (saliency = conspicuity): Constrained Levy exploration",
        "ScanMatch (bins = 12 x 8): Global alignment",
        "100 draws",
        "gazekit 9.9 on Python 3.11 (numpy 2)",
        "- Somebody (2020)",
        "- Boccignone",
        "- Cristino",
    ):
        assert part in text
    assert "simulated" not in text
    assert "gazekit." not in text.partition("Software")[0]
    assert "changes within" not in text
    assert "3 simulated observers" in evaluation_methods(manifest(simulated=True))


def test_methods_of_another_kind():
    text = general_methods(["Displays. Ten."], manifest()["request"], ["A (1999)"])
    assert text.startswith("Displays. Ten.\n\nModels. mine")
    assert "- A (1999)" in text


def test_methods_read_like_a_paper():
    """Options were written as Python has them, all of them for each variant of a model; sources that are no
    publication were references; names of people began with a small letter; folds and weights were not named."""
    about = manifest()
    about["request"] |= {"lengths": "matched", "folds": {"folds": 5, "by": "stimulus", "sha256": []}}
    where = "gazekit.models.eccnet.model.EccNet"
    options = {"fovea_degrees": 4.0, "swap_target": False, "round_degrees": True, "px_per_degree": 30}
    about["request"]["models"] = [
        {"name": "eccnet", "class": where, "options": options, "provenance": "VGG16"},
        {"name": "eccnet, swapped", "class": where, "options": {**options, "swap_target": True}},
        {"name": "levy", "class": "gazekit.models.baselines.levy.Levy",
         "options": {"default_length": 10, "repeat_rejected": False}},
    ]  # fmt: skip
    about["request"]["metrics"] = {
        "amplitude_kl": {"skip_first": False, "smoothing": 0.50, "shown": [[3, 0], [5, 1]]},
        "auc_one_positive": {},
    }
    text = evaluation_methods(about, "OSIE: free viewing of 700 photographs")
    for part in (
        "made on 2 stimuli of OSIE (free viewing of 700 photographs) were scored.",
        "people's scanpaths on other stimuli. Models that learn were fitted in 5 folds (split",
        "eccnet (fovea degrees = 4, px per degree = 30): Search for a target",
        "(Gupta et al. 2021). Provenance: VGG16. eccnet, swapped: as eccnet, with swap target = yes.",
        "levy (repeat rejected = no): Constrained",
        "(smoothing = 0.5, shown = (3 x 0, 5 x 1)): Kullback-Leibler divergence",
    ):
        assert part in text
    where = "gazekit.models.priority.model.Priority"
    about["request"]["models"] = [
        {"name": "rooms", "class": where, "options": {"checkpoint": "search"}, "provenance": "747 images"},
        {"name": "priority", "class": where, "options": {"checkpoint": None}, "provenance": "640 images"},
    ]
    said = "priority: as rooms, with checkpoint = none. Provenance: 640 images."  # it was "as rooms."
    assert said in evaluation_methods(about)
    assert "- gazekit;" not in text
    assert "on 2 stimuli were scored" in evaluation_methods(manifest(name="own"))


def test_clicks_are_called_clicks():
    assert "(40 clicks)" in evaluation_methods(manifest(facts={"points": "clicks"}))
    assert "(40 points of a mouse)" in evaluation_methods(manifest(facts={"points": "mouse"}))


def test_other_tables_that_cannot_be_read(tmp_path):
    from gazekit.report.any_tables import read_csv

    with pytest.raises(DataError, match=r"there is no file .*absent\.csv"):
        read_csv(tmp_path / "absent.csv")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n1,2,3\n")
    with pytest.raises(DataError, match=r"a\.csv, line 3, has 3 fields.*; run the command of this run again"):
        read_csv(tmp_path / "a.csv")


def test_escaping_round_trip():
    html = plain_table(pd.DataFrame({"a": ["\"'<>&"]}), "\"'<>&")
    assert unescape(re.search(r'aria-label="([^"]*)"', html)[1]) == "\"'<>&"


def test_a_chart_ends_where_the_last_line_does():
    rows = [("a", k, 0.5 if k < 3 else math.nan, 0.4, 0.6) for k in range(1, 6)] + [("b", 4, 0.1, 0.0, 0.2)]
    table = pd.DataFrame(rows, columns=["model", "length", "value", "low", "high"])
    assert [one.x for one in series_of(table, "length", "value")] == [[1, 2, 3, 4], [4]]
    nobody = table.assign(value=math.nan)
    assert [len(one.x) for one in series_of(nobody, "length", "value")] == [5, 1]


def test_methods_name_no_class_of_this_program():
    options = {"backbone": "gazekit.models.networks.backbone.Backbone", "px_per_degree": 30}
    options |= {"name": "mine", "paths": {"object": "gazekit.core.scanpaths.Scanpaths", "sha256": "0123456789abcdef"}}
    options |= {"weights": {"file": "w.pth", "sha256": "fedcba9876543210"}}
    text = general_methods(["Displays. Ten."], {"models": [{"name": "mine", "options": options}]})
    assert "mine (px per degree = 30, paths = SHA-256 0123456789ab, weights = w.pth SHA-256 fedcba987654)." in text
    assert "gazekit.models" not in text


def test_methods_tell_of_a_model_inside_another_once_and_of_its_network_by_name():
    network = {"name": "lite0", "object": "gazekit.models.Net", "sha256": "0" * 64, "weights": "imagenet"}
    inner = {"class": "gazekit.models.neva.model.Neva", "name": "neva", "options": {"encoder": network, "sigma": None}}
    conditions = [
        {"name": name, "class": "a.B", "options": {"identity": {"condition": name, "model": inner}}}
        for name in ("right caption", "no caption")
    ]
    text = general_methods([], {"models": conditions})
    assert "right caption (model = neva (encoder = lite0, weights imagenet)). " in text
    assert "no caption (model as of right caption)." in text
    assert "gazekit.models" not in text
    assert "{" not in text


def test_cells_of_a_search_are_two_tables_where_there_are_people():
    numbers = {"rt": 700.0, "low": 650.0, "high": 750.0, "errors": 0.25, "errors_low": 0.0, "errors_high": 0.5}
    keys = {"stopping": "none", "model": "m", "condition": "easy", "target": "present", "set_size": 4, "displays": 3}
    theirs = {
        f"{name}{end}": 500.0 for name in ("human", "human_errors", "minus_human") for end in ("", "_low", "_high")
    }
    slopes = {"slope": 20.0, "low": 10.0, "high": 30.0, "intercept": 400.0, "random_order": 126.2}
    people = {"human": 7.0, "human_low": 6.0, "human_high": 8.0, "human_intercept": 450.0}
    for there in (True, False):
        cells = pd.DataFrame([{**keys, **numbers, **{k: v if there else math.nan for k, v in theirs.items()}}])
        lines = pd.DataFrame([{**keys, **slopes, **{k: v if there else math.nan for k, v in people.items()}}])
        results = SimpleNamespace(cells=cells, slopes=lines)
        assert "[650, 750]" in search._cells(results)
        assert ("model − people (ms)" in search._cells(results)) == there
        assert ("<h3>People</h3>" in search._slopes(results)) == there
        assert search._slopes(results).count("[6.0, 8.0]") == there
        for html in (search._cells(results), search._slopes(results)):  # more columns would not fit on paper
            assert max(part.count("<th scope") for part in html.split("</thead>")) <= 14


def test_a_certificate_of_one_protocol_says_so():
    assert _sentence([], ["gazekit"]).startswith("Scored under one protocol, gazekit")
    assert _sentence([{"beyond_chance": True}], ["a", "b"]).startswith("1 pair changes their order")


def test_a_page_without_a_command_shows_none():
    assert "<h3>Command</h3>" not in page_of(Content("t", "", [], "", [], "", {}, {}))
    assert "<h3>Command</h3>" in page_of(Content("t", "", [], "", [], "", {}, {"command": "gazekit demo"}))
