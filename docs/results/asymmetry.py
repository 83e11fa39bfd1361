"""Render asymmetry.md's tables from run folders: python docs/results/asymmetry.py NAME=runs/folder ..."""

import json
import sys
from pathlib import Path

import pandas as pd
from between_marks import put

HEAD = "<!-- tables -->"


def cell(row: pd.Series) -> str:
    """Index with its interval."""
    return f"{row['index']:+.2f} [{row['low']:+.2f}, {row['high']:+.2f}]"


def tables(runs: dict[str, Path]) -> str:
    """Indices of every run and control, then what made them."""
    found = {name: pd.read_csv(folder / "indices.csv") for name, folder in runs.items()}
    manifests = {name: json.loads((folder / "manifest.json").read_text()) for name, folder in runs.items()}
    columns = [(name, model) for name, table in found.items() for model in table["model"].unique()]
    order = list(dict.fromkeys(e for table in found.values() for e in table["experiment"]))
    order.sort(key=lambda e: e == "mean")
    lines = ["| network | " + " | ".join(order) + " | level weights |", "|---" * (len(order) + 2) + "|"]
    first = next(iter(found.values())).drop_duplicates("experiment").set_index("experiment")
    for label, column in (("people", "human"), ("published eccNET (VGG16)", "published_eccnet")):
        values = [f"{first[column][e]:+.2f}" if e in first.index and pd.notna(first[column][e]) else "–" for e in order]
        lines.append(f"| {label} | " + " | ".join(values) + " | |")
    for name, model in columns:
        rows = found[name].query("model == @model").set_index("experiment")
        label = name + model.removeprefix("eccnet")
        weights = rows.loc["mean"] if "mean" in rows.index else rows.iloc[0]
        acted = "/".join(f"{weights[w]:.2f}" for w in ("w_1", "w_2", "w_3") if w in rows and pd.notna(weights[w]))
        lines.append(
            f"| {label} | " + " | ".join(cell(rows.loc[e]) if e in rows.index else "–" for e in order) + f" | {acted} |"
        )
    lines += ["", "| run | network | displays, SHA-256 | seed | torch, numpy |", "|---|---|---|---|---|"]
    for name, manifest in manifests.items():
        request = manifest["request"]
        versions = request.get("versions", {})
        lines.append(
            f"| {name} | {request['models'][0]['network']} | {request['displays'][:12]} | {request['seed']} | "
            f"{versions.get('torch', '')}, {versions.get('numpy', '')} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    page = Path(__file__).with_suffix(".md")
    made = tables({name: Path(folder) for name, folder in (word.split("=", 1) for word in sys.argv[1:])})
    put(page, HEAD, made)
