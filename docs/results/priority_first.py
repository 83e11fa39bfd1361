"""`priority`'s first fixation: does it learn more of it where training draws more of them? A table of priority.md.

Run from the project's root, with the extra `weights`; GAZEKIT_FEATURES names a folder in which features are kept:

    python docs/results/priority_first.py --osie data/osie --out runs/priority-first

Networks of the budget of `priority_ablations.py`, on two folds and with two seeds, as they are and with two first
fixations of each picture and step besides (`firsts`); and the shipped readout, trained for two epochs more on OSIE's
folds 1 to 4, as it was and with eight. One that is in the folder is not made again.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pandas as pd
from asked_for import asked_for
from priority_ablations import BUDGET, FIXATIONS, task_of
from priority_inside import bits, markdown, mean

from gazekit import load_dataset
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import FeatureReader, channels_of
from gazekit.models.priority.model import SHIPPED
from gazekit.models.priority.network import PriorityConfig, PriorityNetwork
from gazekit.models.priority.training import View, prepared_network, views_of
from gazekit.models.training import train

FOLDS, SEEDS = (0, 1), (0, 1)
SMALL, MORE = {"as it is": 0, "two first ones besides": 2}, {"as it was": 0, "eight first ones besides": 8}
TUNING, TUNED = replace(BUDGET, epochs=2, rate=1e-3), 24  # two epochs more; fixations of a picture and step
PARTS = {"the first fixation": "next", "later ones": "next", "all, whatever came before": "static"}


def small(training: Sequence[View], seed: int, firsts: int) -> PriorityNetwork:
    """A network of the small budget."""
    config = PriorityConfig.of(channels_of(training[0].features), {})
    task = replace(task_of(training, config, seed, BUDGET.batch, FIXATIONS), firsts=firsts)
    return train(prepared_network(config, task.training, seed), task, BUDGET, folder=None, seed=seed, progress=False)[0]


def tuned(training: Sequence[View], firsts: int) -> PriorityNetwork:
    """The shipped readout after two epochs more; its statistics and centre bias stay."""
    start = load_readout(SHIPPED).network
    task = replace(task_of(training, start.config, 0, TUNING.batch, TUNED), firsts=firsts)
    return train(start, task, TUNING, folder=None, progress=False)[0]


def scored(network: PriorityNetwork, views: Sequence[View]) -> pd.DataFrame:
    """A row per fixation: image, number (0 is the first), and bits over the centre bias."""
    rows = []
    for view in views:
        number = view.events.made[0][view.events.target[0] >= 0].numpy()
        each = {"next": bits(network, view), "static": bits(network, view, following=False)}
        rows.append(pd.DataFrame({"image": view.stimulus, "number": number, **each}))
    return pd.concat(rows, ignore_index=True)


def table(found: dict[str, pd.DataFrame]) -> str:
    """Bits of the first, and what the second has more: paired, 95 % together."""
    (name, before), (other, after) = found.items()
    rows = []
    for part, column in PARTS.items():
        of = before["number"].eq(0) if part == "the first fixation" else before["number"].gt(0)
        of = of | (column == "static")
        both = pd.DataFrame({"image": before["image"], "a": before[column], "b": after[column]})[of]
        rows.append((part, mean(both, "a"), mean(both, "b", "a", of=len(PARTS))))
    return "\n".join(markdown(("bits", name, f"{other}, less that, 95 % together"), rows))


def main() -> None:
    """Make what is not there, and print the tables."""
    asked = asked_for(__doc__, osie="its folder", out="run folder")
    data = load_dataset("osie", asked.osie)
    views = {view.stimulus: view for view in views_of(data, FeatureReader("lite0"))}

    def parts(fold: int) -> tuple[list[View], list[View]]:
        split = data.split("stimulus", folds=5, fold=fold, seed=0)
        training, test = ([views[t.stimulus] for t in part.trials] for part in (split.train, split.test))
        return training, test

    def made(name: str, fold: int, seed: int, firsts: int) -> pd.DataFrame:
        file = asked.out / f"{name}-{firsts}-fold-{fold}-seed-{seed}.parquet"
        if not file.is_file():
            training, test = parts(fold)
            network = small(training, seed, firsts) if name == "small" else tuned(training, firsts)
            scored(network, test).to_parquet(file)
        return pd.read_parquet(file)

    for seed, fold in product(SEEDS, FOLDS):
        each = {words: made("small", fold, seed, firsts) for words, firsts in SMALL.items()}
        print(f"fold {fold}, seed {seed}\n\n{table(each)}")  # noqa: T201
    each = {
        words: pd.concat([made("small", fold, seed, firsts) for seed, fold in product(SEEDS, FOLDS)])
        for words, firsts in SMALL.items()
    }
    print(f"all of these\n\n{table(each)}")  # noqa: T201
    print("from the shipped readout\n")  # noqa: T201
    print(table({words: made("tuned", 0, 0, firsts) for words, firsts in MORE.items()}))  # noqa: T201


if __name__ == "__main__":
    main()
