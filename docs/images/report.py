"""Make docs/images/report.png: the report of an OSIE run, as a browser shows it; and say how large and quick it is.

Run from the project's root, after `gazekit evaluate --data osie ...`, where Debian's chromium and chromium-driver are:
python docs/images/report.py [RUN FOLDER] [STIMULUS]
"""

import io
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

SIZE = (1180, 960)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
READY = "return performance.getEntriesByName('explorer')[0]?.startTime"
ONE_PICTURE = """
document.querySelector("nav").remove();
document.querySelectorAll("#scores .quiet, #scores .picker, #scores h3, #panels, #search").forEach((e) => e.remove());
document.querySelector("header").style.paddingTop = "1.6rem";
document.querySelectorAll("main > section").forEach((e) => {
  e.style.marginTop = "1.2rem";
  e.style.paddingTop = "1rem";
});
const { explorer } = window, { stimulus } = explorer.at;
if (arguments[0]) {
  stimulus.value = explorer.paths.trials.findIndex((t) => t.stimulus === arguments[0]);
  stimulus.dispatchEvent(new Event("change"));
}
document.querySelector("input[value=scanmatch]").click();
"""

run = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/osie")
page = (run / "report.html").resolve()
options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
with tempfile.TemporaryDirectory() as profile:
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={SIZE[0]},{SIZE[1]}", "--hide-scrollbars"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    times = []
    for _ in range(5):
        driver.get(page.as_uri())
        while not (ready := driver.execute_script(READY)):
            time.sleep(0.02)
        shown = driver.execute_script(
            "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
        )
        times.append((shown, ready))
    driver.execute_script(ONE_PICTURE, sys.argv[2] if len(sys.argv) > 2 else "")
    time.sleep(0.5)
    height = driver.execute_script("return document.querySelector('#stimulus-scores').getBoundingClientRect().top")
    metrics = {"width": SIZE[0], "height": int(height), "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    time.sleep(0.5)
    picture = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    driver.quit()

file = Path(__file__).with_name("report.png")
picture.quantize(256, kmeans=3, dither=Image.Dither.NONE).save(file, optimize=True)
first, whole = (sorted(column)[len(column) // 2] for column in zip(*times, strict=True))
size, kilobytes = page.stat().st_size / 1e6, file.stat().st_size / 1e3
sys.stdout.write(f"{size:.1f} MB; first paint {first:.0f} ms, explorer ready {whole:.0f} ms (median of 5)\n")
sys.stdout.write(f"{file}: {kilobytes:.0f} KB\n")
