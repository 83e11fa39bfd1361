"""What can be asked of the loader."""

import subprocess
import sys

import pytest

from gazekit import load_dataset
from gazekit.datasets.registry import datasets
from gazekit.datasets.synthetic.shelves import Agent, load
from gazekit.foundations.errors import GazekitError, UnknownNameError


def test_the_registered_set_has_the_counts_of_its_card():
    data = load_dataset("shelves")
    assert data.name == data.card.name == "shelves"
    assert datasets["shelves"].made_here
    assert data.card.simulated
    assert data.scanpaths.facts == data.card.facts
    assert data.card.counts == {
        "stimuli": len(data.stimuli),
        "subjects": len(data.subjects),
        "scanpaths": len(data.scanpaths),
        "fixations": len(data.scanpaths.x),
    }


def test_layouts_scenes_and_agents():
    data = load(layouts=" 4x8, irregular", scenes=3, agents=2, start=7)
    assert [t.id for t in data.trials[2:4]] == ["4x8/test/00009", "irregular/test/00007"]
    assert data.scanpaths.table["trial"].tolist() == [t.id for t in data.trials for _ in range(2)]
    own = load(scenes=2, agents={"quick": Agent(patience=2), "slow": Agent()})
    assert own.subjects == ["quick", "slow"]


def test_a_split_by_target_shares_no_target():
    part = load(scenes=60, agents=1).split("target", folds=4)
    assert not {t.task for t in part.train.trials} & {t.task for t in part.test.trials}
    assert part.test.trials


def test_seeds_differ():
    first, second = load(scenes=1, agents=1), load(scenes=1, agents=1, seed=1)
    assert (first.trials[0].image != second.trials[0].image).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layouts": "4by8"}, "'4by8' is no layout of shelves"),
        ({"layouts": ""}, "layouts must name at least one layout, and each once, not ''"),
        ({"layouts": []}, "layouts must name at least one layout"),
        ({"layouts": ["4x8", "4x8"]}, "layouts must name at least one layout, and each once"),
        ({"agents": 0}, "shelves need at least one agent to search them; give agents=1 or more"),
        ({"agents": {}}, "shelves need at least one agent"),
        ({"agents": -1}, "agents must be a whole number of at least 0, not -1"),
        ({"agents": 1.5}, "agents must be a whole number of at least 0, not 1.5"),
        ({"agents": {"anna": 3}}, "agents must be a number, or a mapping of names to Agent, not .*3"),
        ({"scenes": 0}, "scenes must be a whole number of at least 1, not 0"),
        ({"scenes": True}, "scenes must be a whole number of at least 1, not True"),
        ({"seed": 0.5}, "seed must be a whole number, not 0.5"),
        ({"start": -1}, "start must be a whole number of at least 0, not -1"),
        ({"lookalikes": -1}, "lookalikes must be a whole number of at least 0, not -1"),
        ({"library": 5}, "at least one cover of each of its 12 clusters, not 5"),
    ],
)
def test_what_cannot_be_asked_for(options, message):
    with pytest.raises(GazekitError, match=message):
        load(**options)


def test_an_unknown_part_and_an_unknown_option():
    with pytest.raises(UnknownNameError, match="no part of the cover library called 'training'; did you mean 'train'?"):
        load(covers="training")
    with pytest.raises(GazekitError, match="data set 'shelves' has no option 'layout'; it has agents, blocks, covers"):
        load_dataset("shelves", layout="4x8")


def test_making_shelves_imports_nothing_heavy():
    code = (
        "import sys\nfrom gazekit import load_dataset\n"
        "load_dataset('shelves', scenes=1).trials[0].image\n"
        "sys.exit(' '.join(sorted({'torch', 'skimage', 'matplotlib', 'PIL'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
