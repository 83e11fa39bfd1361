"""`gazekit captions`: whether the right caption brings a model's gaze nearer to people's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import Accepting, DataOptions, ScoredRun, Setting
from gazekit.cli.printing import aligned, estimate, print_written
from gazekit.cli.texts import names, numbers, settings
from gazekit.foundations.errors import GazekitError, amount

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset
    from gazekit.experiments.captions import CaptionResults

SHOWN = ("plausibility_best_per_length", "plausibility_best_human", "distinct_cells", "scanmatch")


@dataclass(frozen=True, kw_only=True)
class Captions(Accepting, DataOptions):
    """The data set of captions."""

    data: Annotated[str, typer.Option(help="Data set with captions.")] = "capmit1003"


def captions_command(
    *,
    given: Captions,
    people: Annotated[
        str, typer.Option(help="Whose gaze: clicks (of the people who wrote the captions) or mit1003 (free viewing).")
    ] = "clicks",
    people_set: Annotated[
        list[str] | None, typer.Option(help="Option of that data set, as name=value; may be repeated.")
    ] = None,
    model: Annotated[str, typer.Option(help="Model that captions guide.")] = "neva",
    setting: Setting = None,
    gammas: Annotated[str | None, typer.Option(help="Further values of gamma, as 0,0.3,1.")] = None,
    scheduled: Annotated[bool, typer.Option(help="Also the clean image that becomes the caption.")] = True,
    metrics: Annotated[
        str, typer.Option(help="Comma-separated, or all; see gazekit metrics.")
    ] = "plausibility,distinct_cells,scanmatch,multimatch",
    fixed_people: Annotated[int, typer.Option(min=1, help="People of the columns that compare data sets.")] = 2,
    samples: Annotated[int, typer.Option(min=1, help="Paths per caption.")] = 1,
    max_fixations: Annotated[int, typer.Option(min=1, help="Length of predicted paths.")] = 10,
    run: ScoredRun,
) -> None:
    """Guide a model by right, other and no captions, and score it against people, chance and controls.

    Example: gazekit captions --root data/capmit1003 --data-set mit1003_root=data/mit1003 --set encoder=colour-words
    --out runs/captions

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.experiments.captions import captions
    from gazekit.report import write_report

    gaze, options = _people(people, given, people_set), settings(setting, "--set")
    dataset = given.read()
    others = None if gaze is None else gaze.read()
    results = captions(
        dataset,
        run.out,
        people=others,
        model=model,
        options=options,
        scheduled=scheduled,
        gammas=[] if gammas is None else numbers(gammas, "--gammas", "numbers like 0,0.3,1"),
        metrics=names(metrics, "--metrics"),
        fixed_humans=fixed_people,
        n_samples=samples,
        max_fixations=max_fixations,
        notes=(gaze or given).notes,
        accept=given.accepted,
        **run.arguments,
    )
    typer.echo(table_text(results))
    for sentence in sentences(results):
        typer.echo(sentence)
    pictures = write_pictures(results, dataset, others, model, options)
    print_written(run.out, pictures, write_report(run.out, dataset=others or dataset))


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
    return aligned(lines)


def sentences(results: "CaptionResults") -> list[str]:
    """What was left out, what the conditions differ by, and what to be careful about."""
    from gazekit.experiments.captions.conditions import NONE, OTHER_IMAGE, RIGHT, SAME_IMAGE
    from gazekit.experiments.captions.further_scores import PLAUSIBILITY
    from gazekit.metrics.outputs import caution

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
    from gazekit.experiments.captions.conditions import NEVA, RIGHT, gamma_row
    from gazekit.experiments.captions.experiment import CONTROLS
    from gazekit.experiments.captions.results import typical_example
    from gazekit.plots.captions import conditions_on_image, perceived, plausibility_by_length
    from gazekit.plots.saving import save_figures

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
    return save_figures(drawn, results.folder, dpi=200, bbox_inches="tight")


def _people(people: str, captions: DataOptions, options: list[str] | None) -> DataOptions | None:
    """The data set of whose gaze it is; None where those who wrote the captions clicked."""
    if people not in ("clicks", "mit1003"):
        raise GazekitError(f"--people is clicks or mit1003, not {people!r}")
    if people == "clicks":
        if options:
            raise GazekitError("--people-set goes with --people mit1003; options of the captions are --data-set")
        return None
    return DataOptions(data=people, root=captions.options.get("mit1003_root", captions.root), data_set=options)


def _cell(row: Any) -> str:
    if row is None or not row.stimuli:
        return "not defined"
    return estimate(row.value, row.low, row.high, 3)


def _interval(row: Any) -> str:
    return (
        f"{estimate(row['difference'], row['low'], row['high'], 3, sign='+')} on {amount(int(row['stimuli']), 'image')}"
    )
