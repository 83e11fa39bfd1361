"""Sequence Score and edit distance on strings of labels: clusters of people's fixations, maps of labels, objects."""

from gazekit.metrics.kinds.labels import Labels, label_measure
from gazekit.metrics.strings import edit_distance, sequence_score  # noqa: F401  (they register what scores the strings)

TIME_BIN_MS = 50.0  # the COCO-Search18 line's
YANG, HAT = "Yang et al. 2020, CVPR", "Yang et al. 2024, CVPR (HAT)"
SEMANTIC, OAT = "Yang et al. 2022, ECCV (SemSS)", "Fang et al. 2024, OAT, ECCV"
WORDS = {"sequence_score": "Longest common subsequence over the longer length", "edit_distance": "Edit distance"}
ALPHABETS: tuple[tuple[Labels, str, str, str], ...] = (
    ("clusters", "clusters", "clusters of people's fixations", YANG),
    ("label_maps", "labels", "the labels of a map", SEMANTIC),
)

for _by, _words in WORDS.items():
    for _labels, _suffix, _of, _first in ALPHABETS:
        _summary, _source = f"{_words}, on strings of {_of}", HAT if _by == "edit_distance" else _first
        label_measure(f"{_by}_{_suffix}", _by, _labels, summary=_summary, source=_source)
        label_measure(
            f"{_by}_{_suffix}_time",
            _by,
            _labels,
            summary=f"{_summary}, each repeated once per {TIME_BIN_MS:g} ms",
            source=_source,
            temporal_bin_ms=TIME_BIN_MS,
        )
    label_measure(f"{_by}_objects", _by, "objects", summary=f"{_words}, on strings of the nearest objects", source=OAT)
label_measure(
    "sequence_score_objects_without_target",
    "sequence_score",
    "objects",
    summary=f"{WORDS['sequence_score']}, on strings of objects other than the target",
    source=f"{OAT} (SSx)",
    without_target=True,
)
