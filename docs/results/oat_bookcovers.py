"""Render the tables of oat-bookcovers.md: oat_bookcovers.py runs/oat-bookcovers [runs/shelf-oat-0 ...].

The study may be unfinished: trainings that are not there yet are named, and the others are compared.
"""

import json
import sys
from pathlib import Path

import pandas as pd
from between_marks import put

from gazekit.evaluation.bootstrap import for_all_of
from gazekit.experiments.oat.study import TRAININGS, StudyResults

HEAD = "<!-- tables -->"
MEASURES = (
    ("sequence_score", 3),
    ("ssx", 3),
    ("delta", 3),
    ("length", 1),
    ("correct", 2),
    ("search", 3),
    ("refix", 3),
    ("revisit", 3),
)


def found_steps(study: Path) -> tuple[pd.DataFrame, list[str], dict]:
    """Every step's likelihood, what is missing, and the manifest."""
    manifest = json.loads((study / "manifest.json").read_text())
    if (study / "steps.parquet").is_file():
        return pd.read_parquet(study / "steps.parquet"), [], manifest
    tables, missing = [], []
    for variant in manifest["request"]["plan"]["variants"]:
        for seed in variant["seeds"]:
            file = study / TRAININGS / f"{variant['name'].replace(' ', '-')}-{seed}" / "steps.parquet"
            if file.is_file():
                tables.append(pd.read_parquet(file).assign(variant=variant["name"], seed=seed))
            else:
                missing.append(f"{variant['name']}, seed {seed}")
    for file in sorted((study / "parts").glob("*.parquet")):
        tables.append(pd.read_parquet(file).assign(variant=file.stem, seed=0))
    return pd.concat(tables, ignore_index=True), missing, manifest


def cell(row: pd.Series, value: str, sign: str = "") -> str:
    """Value with its interval."""
    return f"{row[value]:{sign}.3f} [{row['low']:{sign}.3f}, {row['high']:{sign}.3f}]"


def likelihoods(steps: pd.DataFrame, against: str) -> list[str]:
    """Loss of every variant, and its difference."""
    results = StudyResults(steps, against)
    gaps = results.differences.set_index("variant")
    gaps[["low", "high"]] = [for_all_of(len(gaps), g.difference, g.low, g.high) for g in gaps.itertuples()]
    lines = ["| variant | seed | nats per step | minus full, mean of seeds, 95 % together |", "|---|---|---|---|"]
    for _, row in results.summary.iterrows():
        only = row["seed"] == "mean of seeds" or (steps["variant"] == row["variant"]).sum() == row["steps"]
        gap = cell(gaps.loc[row["variant"]], "difference", "+") if only and row["variant"] in gaps.index else ""
        lines.append(f"| {row['variant']} | {row['seed']} | {cell(row, 'loss')} | {gap} |")
    return lines


def people(steps: pd.DataFrame, variants: list[str]) -> list[str]:
    """Loss on each person's paths."""
    table = StudyResults(steps[steps["variant"].isin(variants)], variants[0]).subjects
    subjects = sorted(table["subject"].unique())
    lines = ["| nats per step | " + " | ".join(map(str, subjects)) + " |", "|---" * (len(subjects) + 1) + "|"]
    for variant, part in table.groupby("variant", sort=False):
        found = part.set_index("subject")
        lines.append(f"| {variant} | " + " | ".join(cell(found.loc[s], "loss") for s in subjects) + " |")
    return lines


def searches(folders: list[Path]) -> list[str]:
    """Sequence Score, SSx, Delta and the five features of drawn paths."""
    lines = ["| run | row | " + " | ".join(m for m, _ in MEASURES) + " |", "|---" * (len(MEASURES) + 2) + "|"]
    for folder in folders:
        table = pd.read_csv(folder / "summary.csv")
        for model, part in table.groupby("model", sort=False):
            row = part.set_index("measure")
            cells = [
                f"{row.loc[m, 'value']:.{d}f} [{row.loc[m, 'low']:.{d}f}, {row.loc[m, 'high']:.{d}f}]"
                if m in row.index
                else ""
                for m, d in MEASURES
            ]
            lines.append(f"| {folder.name} | {model} | " + " | ".join(cells) + " |")
    return lines


def tables(study: Path, folders: list[Path]) -> str:
    """All of the page's tables."""
    steps, missing, manifest = found_steps(study)
    request = manifest["request"]
    lines = [*likelihoods(steps, request["plan"]["against"]), ""]
    if missing:
        lines += ["Not trained yet: " + "; ".join(missing) + ".", ""]
    lines += [*people(steps, [request["plan"]["against"], *request["plan"]["references"]]), ""]
    if folders:
        lines += [*searches(folders), ""]
    versions = request["versions"]
    lines += [
        f"Data {request['data']['name']}, SHA-256 {request['data']['sha256'][:12]}; numpy {versions['numpy']}; "
        f"gazekit {versions['gazekit']}."
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    page = Path(__file__).with_name("oat-bookcovers.md")
    put(page, HEAD, tables(Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]]))
