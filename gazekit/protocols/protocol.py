"""What a protocol of the field fixes: a frozen description of how numbers are made, so that two may be compared."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

from gazekit.foundations.registry import Registry
from gazekit.metrics.kinds.densities import DENSITIES
from gazekit.metrics.kinds.sets import SETS
from gazekit.metrics.measure import Measure, find

protocols = Registry("protocol", group="gazekit.protocols")

PEOPLE = {
    "ordered": "every person against every other, both ways round",
    "unordered": "every two people once: the later one in the data judged by the earlier one",
    "with themselves": "every person against everybody, themselves included",
}
FIRST = {
    "kept": "kept",
    "dropped": "dropped",
    "dropped if imposed": "dropped where nobody chose it, kept elsewhere",
}
MODELS = {
    "all": "every prediction against every person of its image",
    "own person": "a prediction for a person against that person alone",
}
Images = tuple[str, ...] | Mapping[str, str]
Averaged = Literal["pairs", "images", "paths", "best", "divergence", "covered", "diversity", "recall"]
AVERAGES: dict[Averaged, str] = {
    "pairs": "mean over all pairs of all images together",
    "images": "mean over the pairs of each image, then over images",
    "paths": "mean over the pairs of each path, then over all paths",
    "best": "for each prediction its best value over the people (for people: for each person the best of the others), "
    "then the mean over all",
    "divergence": "Kullback-Leibler divergence, nat, of the histogram of people's pairs from that of the model's, 99 "
    "bins over the range of both; of several columns the mean",
    "covered": "share of people's paths with which a prediction has more than a threshold: people's mean",
    "diversity": "on each image, the model's value over 1 + |that of pairs of its predictions - people's|, then the "
    "mean over images",
    "recall": "share of predictions whose own person is among the people of the image that they are most like",
}
MODELS_ONLY = ("divergence", "covered", "diversity", "recall")


@dataclass(frozen=True)
class Score:
    """One number of a protocol.

    Parameters
    ----------
    name : str
        Its name in tables, as the field writes it.
    measure : str
        The measure that gives it: of pairs; of log densities, which is scored at each person's fixations from the
        second on, after the true ones before it (a fixation is then what a pair is elsewhere); or of sets, which has
        one value for all paths of a source.
    options : mapping of str to value
        The measure's options where they are not its defaults.
    output : str or tuple of str
        Which of the measure's columns: the mean of several, for a "divergence" that of their divergences. The only one
        if it has one, all if it is empty.
    averaged : str
        How values of pairs become one number, one of `AVERAGES`. People have no row of those in `MODELS_ONLY`, which
        compare a model with them.
    longest : int, optional
        For this score alone, paths are cut after so many fixations.
    threshold : mapping of data set to float
        Of "covered": what the value of a pair must exceed, as the authors rounded it; elsewhere people's mean.
    nearest : int
        Of "recall": among how many people the own one must be.
    both_found : bool
        Only pairs of which both paths reach the target; the others have no value, and are counted.
    """

    name: str
    measure: str
    options: Mapping[str, Any] = field(default_factory=dict)
    output: str | tuple[str, ...] = ""
    averaged: Averaged = "pairs"
    longest: int | None = None
    threshold: Mapping[str, float] = field(default_factory=dict)
    nearest: int = 1
    both_found: bool = False

    @property
    def with_options(self) -> Measure:
        """The measure with the protocol's options."""
        return find(self.measure).with_options(**self.options)

    @property
    def columns(self) -> list[int]:
        """Which of the measure's outputs it is made of."""
        outputs = find(self.measure).outputs
        wanted = (self.output,) if isinstance(self.output, str) else self.output
        return [outputs.index(name) for name in wanted] if any(wanted) else list(range(len(outputs)))

    @property
    def of_densities(self) -> bool:
        """Whether it is of log densities, which files of predictions do not have."""
        return find(self.measure).kind is DENSITIES

    @property
    def needs_duration(self) -> bool:
        """Whether it has no value for paths without durations."""
        outputs = [find(self.measure).outputs[k] for k in self.columns]
        return self.with_options.options.get("temporal_bin_ms") is not None or "multimatch_duration" in outputs

    @property
    def of_models_only(self) -> bool:
        """Whether people have no such number: it compares a model with them, or needs a density."""
        compares = find(self.measure).kind is SETS and find(self.measure).higher_is_better is not None
        return self.averaged in MODELS_ONLY or self.of_densities or compares

    @property
    def higher_is_better(self) -> bool | None:
        """Which way is better."""
        return False if self.averaged == "divergence" else find(self.measure).higher_is_better


class Padding(NamedTuple):
    """Paths of fewer fixations are filled up with one that nobody made.

    Attributes
    ----------
    fewest : int
        Fixations that a path has at least afterwards.
    x, y : float
        Where the added fixation is, px of the protocol's frame.
    duration : float
        How long it lasts, ms.
    """

    fewest: int
    x: float
    y: float
    duration: float


class CheckValue(NamedTuple):
    """A number that the protocol must give.

    Attributes
    ----------
    data : str
        On which data set.
    source : str
        Whose paths: "human", or one of the drawn controls.
    score : str
        Which number.
    value : float
        What it should be.
    within : float
        How far from it is still equal: half of its last digit for people; for controls, which are drawn, more.
    origin : {"published", "measured"}
        Whether the authors say so, in a paper or in their files, or another program that follows their description.
    """

    data: str
    source: str
    score: str
    value: float
    within: float
    origin: Literal["published", "measured"]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How a group of the field makes its numbers. What is not said here is not done.

    Parameters
    ----------
    name, title : str
        Its name on the command line, and what it is in a few words.
    paper : str
        The paper that introduced it.
    files : str
        The authors' repository, its state and the files in which it was read.
    images : mapping of data set to tuple of str or mapping
        The images that are scored, by data set; an empty tuple for all of them, a mapping for the paths whose columns
        have these values (`{"split": "valid"}`). Other data sets are refused. Without an entry it is for all.
    split : str
        Where the list of images comes from.
    frame : (width, height), optional
        Every path is mapped onto this frame, px, before anything is scored. None leaves px of the image.
    grid : (columns, rows), optional
        Cells of log densities; turned for upright images.
    first_fixation : {"kept", "dropped", "dropped if imposed"}
        What is done with the first fixation of every path.
    lengths : {"own", "matched"}
        "matched" cuts predictions to the lengths of people on other images.
    longest_person, longest_prediction : int, optional
        Paths are cut after so many fixations. None does not cut.
    until_found : bool
        People who never fixate the target are left out, and counted; predictions end on the target.
    fewest : int
        Paths of fewer fixations are left out, and counted.
    padding : Padding, optional
        What short paths are filled up with, after the cut.
    people : {"ordered", "unordered", "with themselves"}
        Which pairs make people's row; see `PEOPLE`.
    models : {"all", "own person"}
        Which pairs make a model's row; see `MODELS`.
    samples : int or "people"
        Predictions per image that published rows have; "people" for as many as the image has people.
    scores : tuple of Score
        Its numbers, in the order of its tables.
    headline : str
        The score that papers lead with.
    effects : tuple of str
        What these choices change, and why that matters, a sentence each.
    open_points : tuple of str
        What could not be read of the authors, and is a guess here: no source has a headline then.
    open_on : mapping of data set to str
        The same, of one data set.
    left_out : mapping of str to str
        Numbers that the authors give and that cannot be computed here, and why.
    not_recommended : str
        Why it should not be used for new numbers; empty where it may.
    checks : tuple of CheckValue
        Numbers that it must give on real data.
    """

    name: str
    title: str
    paper: str
    files: str
    images: Mapping[str, Images]
    split: str
    frame: tuple[float, float] | None
    grid: tuple[int, int] | None = None
    first_fixation: Literal["kept", "dropped", "dropped if imposed"] = "kept"
    lengths: Literal["own", "matched"] = "own"
    longest_person: int | None = None
    longest_prediction: int | None = None
    until_found: bool = False
    fewest: int = 1
    padding: Padding | None = None
    people: Literal["ordered", "unordered", "with themselves"]
    models: Literal["all", "own person"] = "all"
    samples: int | Literal["people"]
    scores: tuple[Score, ...]
    headline: str
    effects: tuple[str, ...]
    open_points: tuple[str, ...] = ()
    open_on: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    not_recommended: str = ""
    checks: tuple[CheckValue, ...] = ()

    def made_for(self, data: str) -> bool:
        """Whether it was made for a data set."""
        return not self.images or data in self.images

    @property
    def of_densities(self) -> bool:
        """Whether all of its scores are of log densities, so that no paths are compared."""
        return all(score.of_densities for score in self.scores)

    def score(self, name: str) -> Score:
        """The score of this name."""
        return next(score for score in self.scores if score.name == name)

    @property
    def fixes(self) -> dict[str, str]:
        """All that it fixes but its scores, in words, for people to read."""
        person, prediction = (
            "not cut" if n is None else f"cut after {n} fixations"
            for n in (self.longest_person, self.longest_prediction)
        )
        if self.lengths == "matched":
            prediction = "cut to lengths of people on other images"
        if self.until_found:
            person, prediction = f"{person}; without the target: left out", f"{prediction}, and on the target"
        pad = self.padding
        filled = f"filled up to {pad.fewest} fixations with ({pad.x:g}, {pad.y:g}), {pad.duration:g} ms" if pad else ""
        short = [f"fewer than {self.fewest} fixations: left out"] * (self.fewest > 1) + [filled] * bool(pad)
        grid = f"; densities on {self.grid[0]} x {self.grid[1]} cells" if self.grid else ""
        known = (*self.open_points, *(f"on {data}: {why}" for data, why in self.open_on.items()))
        facts = {
            "images": ", ".join(f"{images_words(names)} of {data}" for data, names in self.images.items())
            or "all of any data set",
            "split": self.split,
            "frame": ("{:g} x {:g} px, x and y scaled separately".format(*self.frame) if self.frame else "the image's")
            + grid,
            "first fixation": FIRST[self.first_fixation],
            "people's paths": person,
            "predictions": prediction,
            "short paths": "; ".join(short) or "as they are; where a measure is undefined, the pair is left out",
            "pairs of people": PEOPLE[self.people],
            "pairs of models": MODELS[self.models],
            "samples per image": {"people": "as many as the image has people"}.get(
                str(self.samples), str(self.samples)
            ),
            "headline": self.headline,
            "left out": "; ".join(f"{name}: {why}" for name, why in self.left_out.items()) or "nothing",
            "not known": "; ".join(known) or "nothing that decides a number",
            "recommended": f"no: {self.not_recommended}" if self.not_recommended else "yes",
        }
        if self.of_densities:
            for none in ("pairs of people", "pairs of models", "samples per image", "short paths"):
                facts[none] = "none: log densities at people's fixations are scored, from the second on"
        return facts


def protocol_hash(protocol: Protocol) -> str:
    """SHA-256 of what a protocol fixes: all but its words and check values."""
    facts = {k: v for k, v in asdict(protocol).items() if k not in ("title", "paper", "files", "effects", "checks")}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def images_words(images: Images) -> str:
    """Which images, in a few words.

    Examples
    --------
    >>> images_words(()), images_words(("a", "b")), images_words({"split": "valid"})
    ('all', '2', 'all with split valid')
    """
    if isinstance(images, Mapping):
        return f"all with {', '.join(f'{column} {value}' for column, value in images.items())}"
    return str(len(images) or "all")


SET = "of all paths of a source"


def score_words(score: Score) -> str:
    """How a score is computed, in words.

    Examples
    --------
    >>> score_words(Score("SED", "edit_distance", {"bins": (5, 5)}))
    'edit_distance (bins=(5, 5)); mean over all pairs of all images together'
    """
    options = ", ".join(f"{name}={value!r}" for name, value in score.options.items())
    options += f"{', ' * bool(options)}first {score.longest} fixations" if score.longest else ""
    outputs = (score.output,) if isinstance(score.output, str) else score.output
    of = f"{'mean of ' * (len(outputs) > 1)}{', '.join(outputs)} of {score.measure}" if any(outputs) else score.measure
    if find(score.measure).kind is SETS:
        return f"{of} ({options}); {SET}" if options else f"{of}; {SET}"
    over = ", ".join(f"{value:g} on {data}" for data, value in score.threshold.items())
    over = f"the {score.nearest} nearest" if score.averaged == "recall" else over
    over = ", ".join(filter(None, [over, "where both find the target" * score.both_found]))
    average = AVERAGES[score.averaged].replace("pairs", "fixations") if score.of_densities else AVERAGES[score.averaged]
    how = f"{average}{f' ({over})' * bool(over)}"
    return f"{of} ({options}); {how}" if options else f"{of}; {how}"
