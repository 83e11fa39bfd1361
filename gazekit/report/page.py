"""Put the page together: text, tables and pictures in one HTML file that needs no network."""

from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from gazekit.experiments.results import Results
from gazekit.files import write_atomically
from gazekit.report.figures import example_figures, forest_figures
from gazekit.report.sentences import left_out, summary_sentence
from gazekit.report.tables import difference_tables, score_tables
from gazekit.scanpaths import Scanpaths
from gazekit.trials import Dataset


def write_report(run: str | Path, *, dataset: Dataset | None = None) -> Path:
    """Write `report.html` into a finished run folder.

    Parameters
    ----------
    run : path
        The run folder.
    dataset : Dataset, optional
        The data set of the run, for images and human scanpaths; without it the page has tables and forest plots only.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    DataError, RunFolderError
        The run is not finished, or the folder is not a run.
    """
    run = Path(run)
    results = Results.load(run)
    predictions = Scanpaths.load(run / "predictions.parquet")
    about = results.manifest["data"]
    page = Template(_text("page.html")).substitute(
        title=escape(f"gazekit: {about['name']}"),
        style=_text("page.css"),
        sentence=escape(summary_sentence(results)),
        notice=_notice(about),
        tables=score_tables(results),
        forests=forest_figures(results),
        differences=difference_tables(results),
        examples=example_figures(results, predictions, dataset),
        facts=_facts(results),
        manifest=escape(results.manifest_text()),
    )
    path = run / "report.html"
    write_atomically(path, page.encode())
    return path


def _text(name: str) -> str:
    return files("gazekit.report").joinpath(name).read_text(encoding="utf-8")


def _notice(about: dict) -> str:
    if not about.get("simulated"):
        return ""
    text = "The observers are simulated: these numbers show the toolkit and say nothing about people."
    return f'<p class="notice">{text}</p>'


def _facts(results: Results) -> str:
    about, request = results.manifest["data"], results.manifest["request"]
    dropped = "; ".join(f"{count} x {reason}" for reason, count in about["dropped_by_loader"].items()) or "none"
    lines = {
        "Data": f"{about['stimuli']} stimuli, {about['subjects']} subjects, {about['scanpaths']} human scanpaths with "
        f"{about['fixations']} fixations were scored",
        "Left out by the loader": dropped,
        "Before scoring": " ".join(about["before_scoring"]) or "nothing was changed",
        "Licence of the data": about.get("licence", "not stated"),
        "Please cite": about.get("citation", "not stated"),
        "Metrics": "; ".join(
            f"{name} ({', '.join(f'{k}={v}' for k, v in given.items())})" if given else name
            for name, given in request["metrics"].items()
        ),
        "Not computed": "; ".join(left_out(results.manifest)) or "nothing",
        "Samples, seed, resamples": f"{request['n_samples']}, {request['seed']}, {request['resamples']}",
        "Command": results.manifest["command"],
    }
    items = "".join(f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>" for key, value in lines.items())
    return f"<dl>{items}</dl>"
