"""What an OAT is made of, as plain values: the paper's size, a small one, and the ablations."""

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError, check_known
from gazekit.foundations.option_kinds import check_fields
from gazekit.models.option_checks import MOST_DROPPED, positive, within

RENAMED = {"way_hidden": "history_hidden"}  # options by the names that earlier versions gave them
SIZES = (
    *("width", "encoder_layers", "decoder_layers", "heads", "feed_forward", "pointer_heads"),
    *("crop_height", "crop_width", "max_objects", "history_hidden"),
)


@dataclass(frozen=True)
class OatConfig:
    """Sizes and choices of one network.

    Parameters
    ----------
    width : int
        Width of a token: half is appearance, half is position.
    encoder_layers, decoder_layers, heads, feed_forward : int
        The transformer.
    pointer_heads : int
        Heads of the object attention that points at the next object.
    dropout : float
        In training only.
    position : {"kernel", "sine", "learned", "none"}
        How places are encoded: the paper's distance-based code in closed form, or an ablation.
    sigma : float
        Width of the distance-based code's Gaussian, cells.
    appearance : {"crops", "none"}
        Whether the network sees the objects.
    crop_height, crop_width : int
        Size that every crop is brought to, px.
    target_position : {"given", "hidden"}
        Whether the network is told where the target is, as the paper's is. "hidden": it knows the target's picture
        only.
    target_crop : {"scene", "separate"}
        Which picture of the target it is given: the pixel-identical crop of the scene (the paper's), or the trial's own
        picture of the target.
    target : bool
        False: the ablation without any target.
    pointer : {"object-attention", "vocabulary", "none"}
        "vocabulary": the ablation with a linear layer over a fixed number of objects. "none": no transformer at all,
        scores of the gaze history alone.
    max_objects : int
        For the ablation with a vocabulary: the most objects of a scene.
    pointer_bias : {"none", "history"}
        "history": scores of the gaze history (moves, recency, dwelling; see `history.py`) are added to the pointer's,
        so that the network learns what they leave over. Not the paper's. "way", its name in earlier versions, means
        the same.
    history_hidden : int
        Hidden units of these scores.
    reflections : bool
        Whether the network knows that its scene may be mirrored (training on reflected scenes; a flag tells it which).

    Raises
    ------
    UnknownNameError
        A choice that does not exist.
    GazekitError
        Sizes that do not fit each other.
    """

    width: int = 512
    encoder_layers: int = 4
    decoder_layers: int = 4
    heads: int = 4
    feed_forward: int = 512
    pointer_heads: int = 2
    dropout: float = 0.1
    position: Literal["kernel", "sine", "learned", "none"] = "kernel"
    sigma: float = 2.0
    appearance: Literal["crops", "none"] = "crops"
    crop_height: int = 150
    crop_width: int = 93
    target_position: Literal["given", "hidden"] = "given"
    target_crop: Literal["scene", "separate"] = "scene"
    target: bool = True
    pointer: Literal["object-attention", "vocabulary", "none"] = "object-attention"
    max_objects: int = 128
    pointer_bias: Literal["none", "history"] = "none"
    history_hidden: int = 32
    reflections: bool = False

    def __post_init__(self) -> None:
        if self.pointer_bias == "way":
            object.__setattr__(self, "pointer_bias", "history")
        for name, kind in get_type_hints(type(self)).items():
            choices = get_args(kind)
            if choices and getattr(self, name) not in choices:
                raise UnknownNameError(f"value of OAT's option {name}", str(getattr(self, name)), choices)
        check_fields(self)
        for name in SIZES:
            within(name, getattr(self, name), 1)
        within("dropout", self.dropout, 0, MOST_DROPPED)
        positive("sigma", self.sigma)
        if self.pointer == "none" and self.pointer_bias == "none":
            raise GazekitError("OAT without a pointer needs pointer_bias='history'; else it has no score at all")
        if self.width % (4 * self.heads):
            raise GazekitError(
                f"OAT's width must be a multiple of 4 x heads = {4 * self.heads}, and {self.width} is not"
            )

    def to_json(self) -> str:
        """Write as JSON, for checkpoints and manifests."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "OatConfig":
        """Read what `to_json` wrote.

        Raises
        ------
        DataError
            Not such a text, one of another version, or values that no network can have.
        """
        try:
            values = {RENAMED.get(name, name): value for name, value in parse_json(text).items()}
            unknown = set(values) - {f.name for f in fields(cls)}
        except (ValueError, TypeError, AttributeError) as error:
            raise DataError(f"the checkpoint's configuration cannot be read ({error})") from error
        if unknown:
            raise DataError(
                f"the checkpoint's configuration has {sorted(unknown)[0]!r}, which this gazekit does not know; "
                f"use the version that wrote it, or train again"
            )
        try:
            return cls(**values)
        except GazekitError as error:
            raise DataError(f"the checkpoint's configuration is damaged ({error}); train again") from error


PRESETS = {
    "oat-base": OatConfig(),
    "oat-small": OatConfig(
        width=128, encoder_layers=2, decoder_layers=2, feed_forward=128, crop_height=48, crop_width=30
    ),
}


def preset(name: str, **changes: Any) -> OatConfig:
    """A preset with some values changed.

    Parameters
    ----------
    name : {"oat-base", "oat-small"}
        The paper's sizes, or ones for a CPU.
    **changes
        Fields of `OatConfig`.

    Examples
    --------
    >>> preset("oat-small", position="sine").position
    'sine'
    """
    check_known("preset of OAT", name, PRESETS)
    changes = {RENAMED.get(option, option): value for option, value in changes.items()}
    known = [f.name for f in fields(OatConfig)]
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise UnknownNameError("option of OAT", unknown[0], known)
    return replace(PRESETS[name], **changes)
