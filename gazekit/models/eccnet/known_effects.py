"""Which targets that differ in one feature a network of eccNET finds at once, as people do.

Measured by docs/results/known_effects.py. `known_effects.toml` has the networks, by provenance and level weights.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

PAGE = "docs/results/known_effects.md"
RULES = {"auto": "published", "maximum": "published", "equal": "equal"}  # how displays with items are searched


@cache
def measured() -> tuple[Mapping[str, Any], ...]:
    """The networks: provenance, level_weights ("published" or "equal"), at_once and of (names of targets)."""
    return tuple(tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["network"])


def pop_out_sentence(model: Mapping[str, Any]) -> str:
    """Say which single-feature targets the network of an eccNET finds at once.

    Parameters
    ----------
    model : mapping
        What a manifest says of a model; see `gazekit.models.identity.identity`.

    Returns
    -------
    str
        Empty for another model than eccNET.

    Examples
    --------
    >>> options = {"level_weights": "auto"}
    >>> about = {"name": "eccnet", "provenance": "v1, weights fixed filter bank, variant eccnet", "options": options}
    >>> pop_out_sentence(about).startswith("Of 6 targets that differ in one feature")
    True
    >>> pop_out_sentence({"name": "uniform"})
    ''
    """
    if str(model.get("class", model.get("name", ""))).rpartition(".")[2].lower() != "eccnet":
        return ""
    rule = RULES.get(str(model.get("options", {}).get("level_weights", "auto")))
    for network in measured():
        if network["provenance"] == model.get("provenance") and network["level_weights"] == rule:
            found, every = network["at_once"], network["of"]
            names = f" ({', '.join(found)})" if found else ""
            return (
                f"Of {len(every)} targets that differ in one feature, this network, with published settings, finds "
                f"{len(found)} at once{names}; people find all at once ({PAGE})."
            )
    return f"Whether this network finds targets that differ in one feature at once was not measured ({PAGE})."
