"""What a protocol of the field fixes: a frozen description of how numbers are made, so that two may be compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from gazekit.foundations.registry import Registry
from gazekit.metrics.measure import Measure, find

protocols = Registry("protocol", group="gazekit.protocols")

PEOPLE = {
    "ordered": "every person against every other, both ways round",
    "unordered": "every two people once: the later one in the data judged by the earlier one",
}
MODELS = {
    "all": "every prediction against every person of its image",
    "own person": "a prediction for a person against that person alone",
}
Averaged = Literal["pairs", "images", "best", "divergence", "covered", "diversity"]
AVERAGES: dict[Averaged, str] = {
    "pairs": "mean over all pairs of all images together",
    "images": "mean over the pairs of each image, then over images",
    "best": "for each prediction its best value over the people (for people: for each person the best of the others), "
    "then the mean over all",
    "divergence": "Kullback-Leibler divergence, nat, of the histogram of people's pairs from that of the model's, 99 "
    "bins over the range of both; of several columns the mean",
    "covered": "share of people's paths with which a prediction has more than a threshold: people's mean",
    "diversity": "on each image, the model's value over 1 + |that of pairs of its predictions - people's|, then the "
    "mean over images",
}


@dataclass(frozen=True)
class Score:
    """One number of a protocol.

    Parameters
    ----------
    name : str
        Its name in tables, as the field writes it.
    measure : str
        The measure of pairs that gives it.
    options : mapping of str to value
        The measure's options where they are not its defaults.
    output : str
        Which of the measure's columns; the only one if it has one, all for a "divergence".
    averaged : {"pairs", "images", "best", "divergence", "covered", "diversity"}
        How values of pairs become one number; see `AVERAGES`. People have no row of the last three: they are what a
        model is compared with.
    longest : int, optional
        For this score alone, paths are cut after so many fixations.
    threshold : mapping of data set to float
        Of "covered": what the value of a pair must exceed, as the authors rounded it; elsewhere people's mean.
    """

    name: str
    measure: str
    options: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    averaged: Averaged = "pairs"
    longest: int | None = None
    threshold: Mapping[str, float] = field(default_factory=dict)

    @property
    def with_options(self) -> Measure:
        """The measure with the protocol's options."""
        return find(self.measure).with_options(**self.options)

    @property
    def columns(self) -> list[int]:
        """Which of the measure's outputs it is made of."""
        outputs = find(self.measure).outputs
        return [outputs.index(self.output)] if self.output else list(range(len(outputs)))

    @property
    def needs_duration(self) -> bool:
        """Whether it has no value for paths without durations."""
        outputs = [find(self.measure).outputs[k] for k in self.columns]
        return self.with_options.options.get("temporal_bin_ms") is not None or "multimatch_duration" in outputs

    @property
    def of_models_only(self) -> bool:
        """Whether people have no such number."""
        return self.averaged in ("divergence", "covered", "diversity")

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
    images : mapping of data set to tuple of str
        The images that are scored, by data set; an empty tuple for all of them. Other data sets are refused.
    split : str
        Where the list of images comes from.
    frame : (width, height)
        Every path is mapped onto this frame, px, before anything is scored.
    first_fixation : {"kept", "dropped"}
        What is done with the first fixation of every path.
    longest_person, longest_prediction : int, optional
        Paths are cut after so many fixations. None does not cut.
    fewest : int
        Paths of fewer fixations are left out, and counted.
    padding : Padding, optional
        What short paths are filled up with, after the cut.
    people : {"ordered", "unordered"}
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
    checks : tuple of CheckValue
        Numbers that it must give on real data.
    """

    name: str
    title: str
    paper: str
    files: str
    images: Mapping[str, tuple[str, ...]]
    split: str
    frame: tuple[float, float]
    first_fixation: Literal["kept", "dropped"] = "kept"
    longest_person: int | None = None
    longest_prediction: int | None = None
    fewest: int = 1
    padding: Padding | None = None
    people: Literal["ordered", "unordered"]
    models: Literal["all", "own person"] = "all"
    samples: int | Literal["people"]
    scores: tuple[Score, ...]
    headline: str
    effects: tuple[str, ...]
    open_points: tuple[str, ...] = ()
    checks: tuple[CheckValue, ...] = ()

    def score(self, name: str) -> Score:
        """The score of this name."""
        return next(score for score in self.scores if score.name == name)

    @property
    def fixes(self) -> dict[str, str]:
        """All that it fixes but its scores, in words, for people to read."""
        width, height = self.frame
        person, prediction = (
            "not cut" if n is None else f"cut after {n} fixations"
            for n in (self.longest_person, self.longest_prediction)
        )
        pad = self.padding
        filled = f"filled up to {pad.fewest} fixations with ({pad.x:g}, {pad.y:g}), {pad.duration:g} ms" if pad else ""
        short = [f"fewer than {self.fewest} fixations: left out"] * (self.fewest > 1) + [filled] * bool(pad)
        return {
            "images": ", ".join(f"{len(names) or 'all'} of {data}" for data, names in self.images.items()),
            "split": self.split,
            "frame": f"{width:g} x {height:g} px, x and y scaled separately",
            "first fixation": self.first_fixation,
            "people's paths": person,
            "predictions": prediction,
            "short paths": "; ".join(short) or "as they are; where a measure is undefined, the pair is left out",
            "pairs of people": PEOPLE[self.people],
            "pairs of models": MODELS[self.models],
            "samples per image": {"people": "as many as the image has people"}.get(
                str(self.samples), str(self.samples)
            ),
            "headline": self.headline,
            "not known": "; ".join(self.open_points) or "nothing that decides a number",
        }


def score_words(score: Score) -> str:
    """How a score is computed, in words.

    Examples
    --------
    >>> score_words(Score("SED", "edit_distance", {"bins": (5, 5)}))
    'edit_distance (bins=(5, 5)); mean over all pairs of all images together'
    """
    options = ", ".join(f"{name}={value!r}" for name, value in score.options.items())
    options += f"{', ' * bool(options)}first {score.longest} fixations" if score.longest else ""
    of = f"{score.output} of {score.measure}" if score.output else score.measure
    over = ", ".join(f"{value:g} on {data}" for data, value in score.threshold.items())
    how = f"{AVERAGES[score.averaged]}{f' ({over})' * bool(over)}"
    return f"{of} ({options}); {how}" if options else f"{of}; {how}"
