"""How soon a report is read: time until its tables are painted, and until scanpaths can be explored, in a browser.

Run after `gazekit evaluate`, where Debian's chromium and chromium-driver are: python benchmarks/browser.py [RUN FOLDER]
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
READY = "return performance.getEntriesByName('explorer')[0]?.startTime"
PAINTED = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
TIMES = 5

page = (Path(sys.argv[1] if len(sys.argv) > 1 else "runs/osie") / "report.html").resolve()
options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
painted, explored = [], []
with tempfile.TemporaryDirectory() as profile:
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1180,960"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    for _ in range(TIMES):
        driver.get(page.as_uri())
        while not (ready := driver.execute_script(READY)):
            time.sleep(0.02)
        painted.append(driver.execute_script(PAINTED))
        explored.append(ready)
    driver.quit()
size, first, whole = page.stat().st_size / 1e6, median(painted), median(explored)
sys.stdout.write(f"{size:.1f} MB; first paint {first:.0f} ms, explorer ready {whole:.0f} ms (median of {TIMES})\n")
