"""The page in a real browser: it loads clean, sorts, explores, plays, obeys the keyboard, and asks for nothing."""

import re

import numpy as np
import pandas as pd
import pytest
from pypdfium2 import PdfDocument

from gazekit import Frame, Scanpath
from gazekit.metrics.alignment import multimatch_alignment, scanmatch_alignment
from gazekit.metrics.strings.scanmatch import scanmatch
from gazekit.metrics.vectors.multimatch import multimatch
from gazekit.plots.density import DIAGONALS, SHARES, _density, _inside, _levels
from gazekit.report.content import Content, Section
from gazekit.report.page import page_of
from gazekit.report.tables import plain_table

OPTIONS = (
    {},
    {"gap": -0.5},
    {"bins": (5, 7), "threshold": 2.2},
    {"temporal_bin_ms": 50.0},
    {"temporal_bin_ms": 100.0, "toolbox_durations": True},
)
COMPARE = """
const path = (rows, [width, height]) => ({
  x: Float64Array.from(rows, (r) => r[0]), y: Float64Array.from(rows, (r) => r[1]),
  duration: Float64Array.from(rows, (r) => r[2]), width, height });
return arguments[0].map(({ a, b, size, options }) => {
  const [p, q] = [path(a, size), path(b, size)], s = scanmatch(p, q, options), m = multimatch(p, q);
  const values = [s.value, ...Object.values(m.values)].map((v) => (Number.isNaN(v) ? null : v));
  return { values, scanmatch: s.pairs, multimatch: m.pairs };
});
"""


@pytest.fixture
def opened(browser, page):
    return browser.open(page)


def test_loads_clean_and_asks_for_nothing(browser, page):
    browser.requests()
    browser.errors()
    browser.open(page)
    browser.click("#next")
    assert browser.errors() == []
    assert [url for url in browser.requests() if not url.startswith(("file:", "data:"))] == []
    assert browser.run("return window.hacked") is None


def test_the_policy_holds(opened):
    """A script or a request that got into the page would be refused."""
    blocked = opened.run(
        """const script = document.createElement("script"); script.textContent = "window.hacked = 1";
        document.body.append(script); return window.hacked"""
    )
    assert blocked is None
    opened.driver.set_script_timeout(10)
    refused = opened.driver.execute_async_script(
        "const done = arguments[0]; fetch('https://example.org').then(() => done(false), () => done(true))"
    )
    assert refused
    assert len(opened.errors()) >= 2


def column(opened, k):
    cells = "document.querySelectorAll('#scores table')[0].tBodies[0].rows"
    return opened.run(f"return [...{cells}].map((row) => row.cells[{k}].dataset.value)")


def test_sorting_by_mouse_and_keyboard(opened):
    before = column(opened, 0)
    heading = "#scores table thead th:nth-child(2) button"
    opened.click(heading)
    values = [float(v) for v in column(opened, 1)]
    assert values == sorted(values, reverse=True)
    opened.keys(heading, "\ue007")  # Enter
    assert [float(v) for v in column(opened, 1)] == sorted(values)
    assert opened.run("return document.querySelector('#scores th[aria-sort]').ariaSort") == "ascending"
    opened.keys(heading, " ")
    assert column(opened, 0) == before
    opened.click("#scores table thead th:nth-child(1) button")
    assert column(opened, 0) == sorted(before, key=str.lower)


def test_undefined_values_stay_last(opened):
    heading = "#scores table thead th:nth-child(7) button"
    for _ in range(2):  # duration: `uniform` has none
        opened.click(heading)
        assert column(opened, 6)[-1] is None


def test_one_metric_is_shown(opened):
    shown = "return [...document.querySelectorAll('.panel')].filter((p) => p.offsetHeight).map((p) => p.id)"
    assert opened.run(shown) == [opened.run("return document.getElementById('metric').value")]
    opened.choose("#metric", "panel-3")
    assert opened.run(shown) == ["panel-3"]


STATE = """
const { explorer: e } = window, text = (id) => document.getElementById(id).textContent;
return { names: e.names, trial: e.paths.trials[e.trial].stimulus, time: Math.min(e.time, e.end), end: e.end,
  playing: e.playing !== null, marks: document.querySelectorAll("#picture .mark:not(.future)").length,
  links: document.querySelectorAll("#timeline .link").length,
  image: document.querySelector("#picture image")?.href.baseVal.slice(0, 16),
  target: document.querySelectorAll("#picture .target").length, spoken: text("spoken"), task: text("task") };
"""


def test_picking_stimuli_and_sources(opened, evil):
    first = opened.run(STATE)
    assert first["trial"] == evil.trials[0].stimulus
    assert first["image"] == "data:image/webp;"
    assert first["target"] == 1
    assert first["task"].startswith("find </script>")
    assert first["names"][1].startswith("<svg onload")
    opened.click("#next")
    opened.choose("#source-a", opened.run("return document.querySelector('#source-a').options[2].value"))
    second = opened.run(STATE)
    assert second["trial"] == evil.trials[1].stimulus
    assert second["names"][0] == "p2"
    opened.click("#next")
    assert opened.run(STATE)["names"][0] == "p2"  # the same person on the next stimulus
    opened.click("#previous")
    opened.click("#previous")
    opened.click("#previous")
    assert opened.run(STATE)["trial"] == evil.trials[-1].stimulus
    fixations = {p.ids["subject"]: len(p) for p in evil.scanpaths.filter(stimulus=evil.trials[-1].stimulus)}
    assert opened.run("return window.explorer.shown[0].x.length") == fixations["p2"]


def test_equal_paths_are_both_to_be_seen(opened):
    opened.choose("#source-b", opened.run("return document.querySelector('#source-a').value"))
    middles, shared, bare = opened.run(
        """const { marks } = window.explorer.picture;
        const all = marks.map((m) => m.marks.map((e) => e.getBoundingClientRect()));
        const middle = (r) => (r.left + r.right) / 2;
        return [all[0].map((r, k) => [middle(r), middle(all[1][k]), r.width]),
          marks.map((m) => m.lines.filter(([, line]) => line.classList.contains("shared")).length),
          marks[1].lines.every(([halo]) => getComputedStyle(halo).display === "none")]"""
    )
    assert all(b - a >= 0.9 * width for a, b, width in middles)  # side by side
    assert shared == [len(middles) - 1] * 2
    assert bare  # no white line over the other path's


def test_numbers_are_those_of_the_run(opened, evil):
    """The pair's scores, against Python's on the same paths; and the stimulus' means, against the run's table."""
    got = opened.run(
        "const { measured: m, names } = window.explorer;"
        "return [m.scanmatch.value, ...Object.values(m.multimatch.values), names[0]]"
    )
    of = evil.scanpaths.filter(stimulus=evil.trials[0].stimulus)
    rows = dict(zip(of.table["subject"], of, strict=True))
    a, b = rows[got.pop()], rows["p1"]
    b = type(b)(b.x, b.y, None, b.frame)
    assert got[:5] == pytest.approx([scanmatch(a, b), *multimatch(a, b)[:4]], abs=1e-12)
    assert got[5] is None


def test_orders_of_stimuli(opened):
    read = (
        "const { paths, at } = window.explorer, [model, metric] = paths.data.headline;"
        "return [...at.stimulus.options].map((o) => paths.score(Number(o.value), model, metric))"
    )
    for order, reverse in (("best", True), ("worst", False)):
        opened.choose("#order", order)
        values = opened.run(read)
        assert values == sorted(values, reverse=reverse)


def test_best_and_worst(opened):
    """The stimuli on which a model does best and worst are there, in order, and lead to the explorer."""
    shown = (
        "return [...document.querySelectorAll('#cases .cases')].map((list) => [...list.querySelectorAll('a')]"
        ".map((a) => a.textContent))"
    )
    value = (
        "return window.explorer.paths.trials.map((t, k) => [window.explorer.paths.score(k, ...arguments), t.stimulus])"
    )
    opened.choose("#cases-model", "uniform")
    for metric in ("multimatch_vector", "scanmatch"):
        opened.choose("#cases-metric", metric)
        order = [name for _, name in sorted(opened.run(value, "uniform", metric), reverse=True)]
        assert opened.run(shown) == [order[:3], order[3:][::-1]]
    last = opened.run(shown)[1][0]
    opened.run("document.querySelectorAll('#cases .cases')[1].querySelector('a').click()")
    assert opened.run(STATE)["trial"] == last
    assert opened.run("return document.querySelectorAll('#maps .area').length") == 6
    assert (
        opened.run("return document.querySelector('#cases-title').textContent")
        == "Best and worst stimuli of uniform by ScanMatch"
    )


def test_maps_are_those_of_the_figure(opened):
    """Density and levels of the page's maps, against those of `plots.fixation_density`."""
    rng = np.random.default_rng(5)
    for size, degree in (((160, 100), None), ((97, 203), 12.5)):
        x, y = rng.uniform(-5, size[0] + 5, 60), rng.uniform(-5, size[1] + 5, 60)
        x[:2], y[:2] = (0, size[0]), (0, size[1])
        got = opened.run(
            "const [x, y, [width, height], degree] = arguments, d = density([{ x, y }], { width, height, degree });"
            "return [d.points, d.columns, d.rows, [...d.cells], d.levels]",
            *(x.tolist(), y.tolist(), size, degree),
        )
        frame, inside_x, inside_y = _inside([Scanpath(x, y, None, Frame(*size))])
        _, _, wanted = _density(frame, inside_x, inside_y, degree or DIAGONALS * frame.diagonal)
        assert got[:3] == [len(inside_x), *wanted.shape[::-1]]
        cells = np.array(got[3]).reshape(wanted.shape)
        np.testing.assert_allclose(cells / cells.sum(), wanted, atol=1e-12)
        np.testing.assert_allclose(np.array(got[4]) / cells.sum(), _levels(wanted, SHARES), rtol=1e-9)


def test_keyboard(opened):
    opened.keys("#stage", "\ue011")  # Home
    assert opened.run(STATE)["time"] == 0
    assert opened.run(STATE)["marks"] == 2  # the first fixation of both
    times = [0]
    for _ in range(3):
        opened.keys("#stage", "\ue014")  # right
        times.append(opened.run(STATE)["time"])
    assert times == sorted(set(times))
    opened.keys("#stage", "\ue012")  # left
    assert opened.run(STATE)["time"] == times[-2]
    opened.keys("#stage", "\ue010")  # End
    after = opened.run(STATE)
    assert after["time"] == after["end"]
    names = after["names"]
    opened.keys("#stage", "s")
    assert opened.run(STATE)["names"] == names[::-1]
    trial = after["trial"]
    opened.keys("#stage", "n")
    assert opened.run(STATE)["trial"] != trial
    opened.keys("#stage", "p")
    assert opened.run(STATE)["trial"] == trial


def test_playing(opened):
    opened.keys("#stage", " ")
    opened.wait("return window.explorer.time > 0 && window.explorer.time < window.explorer.end")
    assert opened.run(STATE)["playing"]
    assert opened.run("return document.getElementById('play').textContent") == "Pause"
    opened.keys("#stage", " ")
    assert not opened.run(STATE)["playing"]
    opened.choose("#speed", 4)
    opened.click("#play")
    opened.wait("return window.explorer.playing === null")
    found = opened.run(STATE)
    assert found["time"] == found["end"]


def test_alignments(opened):
    kinds = {}
    for way in ("multimatch", "scanmatch", "none"):
        opened.click(f"input[value={way}]")
        kinds[way] = opened.run(STATE)["links"]
    assert kinds["none"] == 0
    assert kinds["multimatch"] > 0
    opened.keys("input[value=none]", "\ue013")  # up: the radio buttons are one stop of the keyboard
    assert opened.run("return document.querySelector('input[name=alignment]:checked').value") == "scanmatch"


def test_copying(opened):
    opened.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    opened.click("#methods .copy")
    assert opened.wait("return document.querySelector('#methods .copy').textContent === 'Copied'")
    assert opened.run("return document.getElementById('methods-plain').textContent").startswith("Data. 24 scanpaths")


def test_python_and_script_agree(browser, page, random_pairs):
    """ScanMatch, MultiMatch and their alignments, on many pairs, with ties, and with every option of ScanMatch."""
    cases = list(random_pairs(300))
    options = [OPTIONS[k % len(OPTIONS)] for k in range(len(cases))]
    asked = [
        {"a": a.tolist(), "b": b.tolist(), "size": size, "options": given}
        for (a, b, size), given in zip(cases, options, strict=True)
    ]
    answers = browser.open(page).run(COMPARE, asked)
    for (a, b, size), given, got in zip(cases, options, answers, strict=True):
        wanted = [scanmatch(a, b, size=size, **given), *multimatch(a, b, size=size)]
        np.testing.assert_allclose(np.array(got["values"], dtype=float), wanted, atol=1e-12, rtol=0)
        walk = multimatch_alignment(a, b, size=size)
        assert got["multimatch"] == np.column_stack([walk.a, walk.b]).tolist()
        if "temporal_bin_ms" not in given:
            found = scanmatch_alignment(a, b, size=size, **given)
            both = (found.a >= 0) & (found.b >= 0)
            assert got["scanmatch"] == np.column_stack([found.a[both], found.b[both]]).tolist()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_sideways_scrolling(browser, page, width):
    browser.open(page, width=width, height=800)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    for way in ("a", "b"):
        assert browser.run(f"return document.getElementById('source-{way}').getBoundingClientRect().right") <= width


def contrast(one, other):
    def luminance(rgb):
        c = np.array([float(v) for v in re.findall(r"[\d.]+", rgb)[:3]]) / 255
        c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        return c @ [0.2126, 0.7152, 0.0722]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_legible(browser, page, dark):
    """Contrast of WCAG AA for every kind of text, by day and by night."""
    browser.open(page, dark=dark)
    colour = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    ground = browser.run(colour, "body", "backgroundColor")
    assert (contrast(ground, "rgb(0,0,0)") < 2) == dark
    for selector in ("body", ".facts", ".about", "thead th", "a", "td small", ".quiet"):
        assert contrast(browser.run(colour, selector, "color"), ground) >= 4.5, selector
    for side in ("a", "b"):
        badge = f".badge.{side}"
        pair = (browser.run(colour, badge, "color"), browser.run(colour, badge, "backgroundColor"))
        assert contrast(*pair) >= 4.3, side


def test_print(opened):
    assert opened.pdf().startswith(b"%PDF")
    media = {"media": "print"}
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    shown = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.offsetHeight).length"
    assert opened.run(shown, ".panel") == 6  # all metrics, not the chosen one only
    assert opened.run(shown, "nav, .choices, .player, .copy") == 0
    assert opened.run(shown, ".names") == 1
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_script(browser, page):
    """All tables are there, and the explorer says why it is not."""
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get(page.as_uri())
        shown = browser.run("return [...document.querySelectorAll('.panel')].filter((p) => p.offsetHeight).length")
        assert shown == 6
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_table_that_goes_on_has_its_head_on_every_sheet(browser, tmp_path):
    rows = pd.DataFrame({"place": range(120), "value": 0.5})
    section = Section("t", "T", plain_table(rows, "Long"))
    (tmp_path / "long.html").write_text(page_of(Content("A page", "", [], "", [section], "", {}, {})))
    sheets = [s.get_textpage().get_text_bounded() for s in PdfDocument(browser.open(tmp_path / "long.html").pdf())]
    sheets = [text for text in sheets if text.count("0.5") > 3]
    assert len(sheets) > 1
    assert all("place" in text for text in sheets)


def test_scores_of_a_stimulus_are_in_tables_that_fit_on_paper(opened):
    of = "{ data: { scores: { metrics: [...'abcdefgh'], models: ['m'], cautions: [] }, titles: {} }, score: () => 1 }"
    widths = opened.run(f"return stimulusTables({of}, 't').map((table) => table.rows[0].cells.length)")
    assert widths == [7, 3]
