"""A small run whose names try to be HTML and script, and a real browser that opens its page."""

import base64
import json
import shutil
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from gazekit import Dataset, Trial, evaluate
from gazekit.core.trials import Box
from gazekit.models.baselines.precomputed import Precomputed
from gazekit.report import write_report

spec = spec_from_file_location("paper", Path(__file__).parents[2] / "benchmarks" / "paper.py")
paper = module_from_spec(spec)
spec.loader.exec_module(paper)
CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
EVIL = (
    "<script>window.hacked=1</script>&.jpg",
    "</script><img src=x onerror=window.hacked=1>.png",
    "\"><b onmouseover='window.hacked=1'>",
    "<!--<script>\u2028",
    "${hacked} %s \\u003c &lt;",
    "plain.jpg",
)
MODEL = "<svg onload=window.hacked=1>"


@pytest.fixture(scope="session")
def evil(dataset_of):
    """A data set whose names try to be HTML; targets in its trials."""
    data = dataset_of()
    names = {t.stimulus: name for t, name in zip(data.trials, EVIL, strict=True)}
    trials = [
        Trial(
            names[t.id],
            names[t.id],
            t.frame,
            image_source=t.image_source,
            task="find </script><script>window.hacked=1</script>",
            caption='a "caption" <i>',
            target_box=Box(60, 40, 120, 90),
        )
        for t in data.trials
    ]
    table = data.scanpaths.table
    people = [f"<em>{name}</em>" if name == "p0" else name for name in table["subject"]]
    paths = data.scanpaths.replace(
        table=table.assign(
            stimulus=table["stimulus"].map(names), trial=table["trial"].map(names), subject=people, task="find"
        )
    )
    return Dataset("<b>evil</b>", trials, paths)


@pytest.fixture(scope="session")
def run(evil, tmp_path_factory):
    """Finished run folder of two models, one of a hostile name, on the data set of hostile names."""
    folder = tmp_path_factory.mktemp("runs") / "r"
    own = evil.scanpaths.filter(subject="p1")
    own = own.replace(table=own.table.assign(source=MODEL, subject="", sample=0), duration=None)
    options = {"n_samples": 2, "resamples": 100, "progress": False}
    evaluate(evil, [Precomputed(own, MODEL), "uniform"], ["scanmatch", "multimatch"], out=folder, **options)
    return folder


@pytest.fixture
def copied(run, tmp_path):
    """A copy of the run, whose page a test may write in another way."""
    shutil.copytree(run, tmp_path / "copied")
    return tmp_path / "copied"


@pytest.fixture(scope="session")
def page(run, evil):
    """The page of that run."""
    return write_report(run, dataset=evil)


class Browser:
    """Headless Chromium with a page open, and what the tests ask of it."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, page, *, width=1280, height=900, dark=False):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.get(page.as_uri())
        self.wait("return !document.getElementById('explorer-data') || Boolean(window.explorer)")
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, script, seconds=20):
        """Until a script returns something true; the last value is returned."""
        for _ in range(seconds * 50):
            found = self.run(script)
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"never true: {script}")

    def keys(self, selector, text):
        from selenium.webdriver.common.by import By

        self.driver.find_element(By.CSS_SELECTOR, selector).send_keys(text)

    def click(self, selector):
        from selenium.webdriver.common.by import By

        element = self.driver.find_element(By.CSS_SELECTOR, selector)
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def choose(self, selector, value):
        """As a reader does: the value and the event that follows."""
        self.run(
            "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('change', {bubbles: true}))",
            selector,
            str(value),
        )

    def errors(self):
        """Messages of the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses asked for since the last call, but those of the browser's own pages; of data its first letters."""
        sent = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [m["params"]["request"]["url"][:60] for m in sent if m["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("chrome://")]

    def pdf(self):
        return base64.b64decode(self.driver.print_page())

    def printed(self):
        """Each page of the open page in print, as `PrintedPage`."""
        return [paper.printed_page(page) for page in pypdfium2.PdfDocument(self.pdf())]


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Debian's Chromium, driven by Selenium; the tests are skipped, loudly, where it is absent."""
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("NO CHROMIUM: install Debian's packages chromium and chromium-driver to run the browser tests")
    webdriver = pytest.importorskip("selenium.webdriver", reason="NO SELENIUM: pip install selenium")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield Browser(driver)
    driver.quit()


@pytest.fixture(scope="session")
def random_pairs():
    """Pairs of paths (n, 3) with their image's size: free, on a coarse grid (ties), and with repeated places."""

    def make(count, seed=0):
        rng = np.random.default_rng(seed)
        for k in range(count):
            size = tuple(int(v) for v in rng.integers(60, 900, 2))
            pair = []
            for _ in range(2):
                n = int(rng.integers(1, 14))
                xy = rng.uniform(-10, max(size), (n, 2))
                xy = [xy, np.round(xy / 40) * 40, np.round(rng.uniform(0, 2, (n, 2))) * 30][k % 3]
                pair.append(np.column_stack([xy, rng.integers(0, 400, n)]))
            yield pair[0], pair[1], size

    return make
