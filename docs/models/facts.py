"""Write what gazekit's models say of themselves into gazekit/models/facts.json, which `gazekit models` reads.

    python docs/models/facts.py

A test compares the file with the classes.
"""

import json

from gazekit.cli.models import FACTS, model_facts
from gazekit.models.registry import _BUILT_IN, model_class


def all_facts() -> dict[str, dict]:
    """Facts of each of gazekit's own models, by name."""
    return {name: model_facts(name, model_class(name)) for name in sorted(_BUILT_IN)}


if __name__ == "__main__":
    FACTS.write_text(json.dumps(all_facts(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
