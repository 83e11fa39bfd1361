"""The part of `gazekit predict` that is about a shelf of one's own: what is said of it, its file and its picture."""

from pathlib import Path
from typing import TYPE_CHECKING

from gazekit.foundations.errors import GazekitError

PICTURES = (".png", ".jpg", ".pdf", ".svg")

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpaths
    from gazekit.core.trials import Dataset


def check_choice(data: str | None, image: Path | None, boxes: Path | None, target: str | None) -> bool:
    """Whether a shelf of one's own is asked for, rather than a data set.

    Raises
    ------
    GazekitError
        Both, neither, or a shelf without its photograph or boxes.
    """
    own = not (image is None and boxes is None and target is None)
    if own == (data is not None):
        raise GazekitError(
            "predict takes either a data set (--data, --root) or a shelf of your own (--image, --boxes, --target)"
        )
    if own and (image is None or boxes is None):
        raise GazekitError(
            "a shelf of your own needs its photograph (--image) and a CSV of its objects (--boxes), and for models of "
            "search what is sought (--target): the id of an object, or a picture"
        )
    return own


def shelf_lines(dataset: "Dataset") -> list[str]:
    """What was read, in sentences: objects, their order, the target, and what was done to boxes."""
    from gazekit.interchange.shelf_photograph import reading_order

    trial = dataset.trials[0]
    assert trial.objects is not None  # noqa: S101 -- `own_shelf` gives them
    assert trial.objects.names is not None  # noqa: S101
    rows = int(reading_order(trial.objects.boxes)[1].max()) + 1
    lines = [
        f"{trial.id}: {_many(len(trial.objects), 'object')} in {_many(rows, 'row')}, numbered from 0 in "
        f"reading order whatever the order of the table (column object_id; in a CSV, column object has your own ids)"
    ]
    if trial.target_object is not None:
        called = trial.objects.names[trial.target_object]
        lines.append(
            f"{trial.id}: the target {called!r} is object {trial.target_object}; its picture is cut from there"
        )
    elif trial.target_source is not None:
        lines.append(f"{trial.id}: sought by its picture; nobody says which object it is, or that it is there")
    return [*lines, *(f"{trial.id}: {count} {what}" for what, count in dataset.dropped.items())]


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def write_paths(paths: "Scanpaths", dataset: "Dataset", out: Path) -> None:
    """Write predictions; a CSV has, beside `object_id`, a column `object` with the ids of the table of boxes."""
    from gazekit.files.atomic import write_atomically
    from gazekit.files.formulas import mark_formulas
    from gazekit.interchange import write_scanpaths
    from gazekit.interchange.declared_facts import to_columns

    if out.suffix.lower() != ".csv":
        write_scanpaths(paths, out)
        return
    objects = dataset.trials[0].objects
    called = [] if objects is None else list(objects.names or ())
    table = to_columns(paths.to_table(), paths.facts, paths.dropped)
    ids = [called[k] if k >= 0 else "" for k in table["object_id"]]
    table.insert(table.columns.get_loc("object_id") + 1, "object", ids)
    write_atomically(out, mark_formulas(table).to_csv(index=False, lineterminator="\n").encode())


def check_picture(file: Path) -> None:
    """Refuse, before anything is computed, a picture whose name does not say which kind it is.

    Raises
    ------
    GazekitError
        Another suffix than those of `PICTURES`.
    """
    if file.suffix.lower() not in PICTURES:
        raise GazekitError(f"--picture {file} must end in {', '.join(PICTURES[:-1])} or {PICTURES[-1]}")


def write_picture(paths: "Scanpaths", dataset: "Dataset", file: Path) -> None:
    """Draw the first path on its shelf."""
    from gazekit.plots.objects import object_path
    from gazekit.plots.saving import save_figure

    save_figure(object_path(dataset.trials[0], paths[0]).figure, file, dpi=200)
