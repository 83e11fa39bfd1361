"""`gazekit captions`: whether the right caption brings a model's gaze nearer to people's."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import (
    DataSet,
    Progress,
    Root,
    Scheduler,
    Seed,
    command_line,
    how_loaded,
    load,
    names,
    settings,
)
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset
    from gazekit.experiments.captions import CaptionResults

SHOWN = ("plausibility_best_per_length", "plausibility_best_human", "distinct_cells", "scanmatch")


def captions_command(
    out: Annotated[Path, typer.Option("--out", help="Run folder; an unfinished run of the same request is resumed.")],
    root: Root = None,
    data: Annotated[str, typer.Option("--data", help="Data set with captions.")] = "capmit1003",
    data_set: DataSet = None,
    people: Annotated[
        str, typer.Option("--people", help="Whose gaze: clicks (of those who wrote), or mit1003 (free viewing).")
    ] = "clicks",
    people_set: Annotated[
        list[str] | None, typer.Option("--people-set", help="Option of that data set, as name=value; may be repeated.")
    ] = None,
    model: Annotated[str, typer.Option("--model", help="Model that captions guide.")] = "neva",
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="Option of the model, as name=value; may be repeated.")
    ] = None,
    gammas: Annotated[str | None, typer.Option("--gammas", help="Further values of gamma, as 0,0.3,1.")] = None,
    scheduled: Annotated[
        bool, typer.Option("--scheduled/--no-scheduled", help="Also the clean image that becomes the caption.")
    ] = True,
    metrics: Annotated[
        str, typer.Option("--metrics", help="Comma-separated, or all; see gazekit metrics.")
    ] = "plausibility,distinct_cells,scanmatch,multimatch",
    fixed_people: Annotated[
        int, typer.Option("--fixed-people", min=1, help="People of the columns that compare data sets.")
    ] = 2,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Paths per caption.")] = 1,
    max_fixations: Annotated[int, typer.Option("--max-fixations", min=1, help="Length of predicted paths.")] = 10,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; results do not depend on it.")] = 1,
    scheduler: Scheduler = None,
    resamples: Annotated[int, typer.Option("--resamples", min=100, help="Bootstrap resamples.")] = 2000,
    progress: Progress = True,
) -> None:
    """Guide a model by right, other and no captions, and score it against people, chance and controls.

    Example: gazekit captions --root data/capmit1003 --data-set mit1003_root=data/mit1003 --set encoder=colour-words
    --out runs/captions

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.experiments.captions import captions
    from gazekit.report import write_report

    given, of_people = settings(data_set, "--data-set"), settings(people_set, "--people-set")
    dataset = load(data, root, options=given)
    home = given.get("mit1003_root", root)
    others = _people(people, home, of_people)
    shown = how_loaded(data, root, "keep", given) if others is None else how_loaded(people, home, "keep", of_people)
    for name, of in ((data, dataset), *((("mit1003", others),) if others is not None else ())):
        for reason, count in of.dropped.items():
            typer.echo(f"{name}: {count} x {reason}")
    results = captions(
        dataset,
        out,
        people=others,
        model=model,
        options=settings(setting, "--set"),
        scheduled=scheduled,
        gammas=_numbers(gammas),
        metrics=names(metrics, "--metrics"),
        fixed_humans=fixed_people,
        n_samples=samples,
        seed=seed,
        max_fixations=max_fixations,
        workers=workers,
        scheduler=scheduler,
        resamples=resamples,
        progress=progress,
        command=command_line(),
        notes={"loaded": shown},
    )
    typer.echo(table_text(results))
    for sentence in sentences(results):
        typer.echo(sentence)
    pictures = write_pictures(results, dataset, others, model, settings(setting, "--set"))
    page = write_report(out, dataset=others or dataset)
    typer.echo(f"tables, manifest and pictures ({', '.join(pictures)}) in {out}; report: {page}")


def table_text(results: "CaptionResults") -> str:
    """One line per row of the experiment: the main measures with intervals, and how many images they are of."""
    summary = results.main.summary
    shown = [m for m in SHOWN if m in set(summary["metric"])] or results.main.metrics[:4]
    cells = {(r.model, r.metric): r for r in summary.itertuples()}
    lines = [["", *shown, "images"]]
    for name in results.main.models:
        rows = [cells.get((name, metric)) for metric in shown]
        images = max((int(row.stimuli) for row in rows if row is not None), default=0)
        lines.append([name, *(_cell(row) for row in rows), str(images)])
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def sentences(results: "CaptionResults") -> list[str]:
    """What was left out, what the conditions differ by, and what to be careful about."""
    from gazekit.experiments.captions.conditions import NONE, OTHER_IMAGE, RIGHT, SAME_IMAGE
    from gazekit.experiments.captions.writers import PLAUSIBILITY
    from gazekit.scoring.directions import caution

    about, main = results.about, results.main
    said = [f"{about['observations']} captions; compared with {about['compared_with']}"]
    said += [
        f"{count} x {why}" for why, count in main.manifest["data"]["dropped_by_loader"].items() if "left out" in why
    ]
    if about["without_another_caption"]:
        said.append(f"{about['without_another_caption']} x caption is the only one of its image (not in {SAME_IMAGE})")
    if about["cut_captions"]:
        said.append(f"{about['cut_captions']} x caption is longer than the encoder reads (cut)")
    said += list(about["notes"])
    metric = SHOWN[0] if SHOWN[0] in main.metrics else main.headline
    for other in (OTHER_IMAGE, NONE):
        row = results.difference(RIGHT, other, metric)
        if row is not None:
            said.append(f"{metric}: {RIGHT} minus {other} {_interval(row)}")
    gaps = results.writer_differences
    for row in gaps[(gaps["model_a"] == RIGHT) & (gaps["model_b"] == SAME_IMAGE)].to_dict("records"):
        if row["metric"] == PLAUSIBILITY:
            said.append(f"{row['metric']}, against the writer only: {RIGHT} minus {SAME_IMAGE} {_interval(row)}")
    return [*said, *([f"CAUTION: {caution(metric)}"] if caution(metric) else [])]


def write_pictures(
    results: "CaptionResults", dataset: "Dataset", people: "Dataset | None", model: str, options: dict[str, Any]
) -> list[str]:
    """Draw the curves, the conditions on one image, and what NeVA perceives there; return the files' names."""
    from gazekit.experiments.captions.conditions import RIGHT
    from gazekit.experiments.captions.example import typical_example
    from gazekit.experiments.captions.experiment import CONTROLS
    from gazekit.experiments.captions.rows import NEVA, gamma_row
    from gazekit.plots import perceived
    from gazekit.plots.captions import conditions_on_image, plausibility_by_length
    from gazekit.plots.saving import save_figure

    swept = [gamma_row(g) for g in results.about["gammas"]]
    drawn: dict[str, Any] = {}
    if results.curves["value"].notna().any():
        drawn["lengths.png"] = plausibility_by_length(results.curves, controls=CONTROLS, undrawn=swept).figure
    example = typical_example(results)
    seen = (dataset if people is None else people).scanpaths.filter(stimulus=example.stimulus)
    what = f"{'clicks' if people is None else 'gaze'} of {seen.table['subject'].nunique()} people"
    trial = dataset.trial(example.observation)
    drawn["conditions.png"] = conditions_on_image(seen, example.paths, image=trial.image, what_people=what)[0].figure
    if model == NEVA:
        from gazekit.models.neva.film import perceived_images
        from gazekit.models.neva.model import Neva

        path = example.paths[RIGHT]
        pictures = perceived_images(Neva(**options), trial, path)  # its fovea and memory, whatever the objective
        drawn["perceived.png"] = perceived(pictures, path)[0].figure
    for name, figure in drawn.items():
        save_figure(figure, results.folder / name, dpi=200, bbox_inches="tight", metadata={"Software": None})
    return list(drawn)


def _people(people: str, root: Path | None, given: dict[str, Any]) -> "Dataset | None":
    if people not in ("clicks", "mit1003"):
        raise GazekitError(f"--people is clicks or mit1003, not {people!r}")
    if people == "clicks":
        if given:
            raise GazekitError("--people-set goes with --people mit1003; options of the captions are --data-set")
        return None
    return load("mit1003", root, options=given)


def _numbers(text: str | None) -> list[float]:
    if text is None:
        return []
    try:
        return [float(part) for part in names(text, "--gammas")]
    except ValueError as error:
        raise GazekitError(f"--gammas is a list of numbers like 0,0.3,1, not {text!r}") from error


def _cell(row: Any) -> str:
    if row is None or not row.stimuli:
        return "not defined"
    return f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"


def _interval(row: Any) -> str:
    return f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}] on {int(row['stimuli'])} images"
