"""eccNET's network: a backbone whose pools grow with eccentricity, the levels compared, and the named variants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from gazekit.foundations.errors import GazekitError, UnknownNameError, check_known
from gazekit.models.eccnet.pools import FOVEA, PoolRule, pool_every_ring
from gazekit.models.networks.backbone import Backbone, Stage

Pooling = Callable[[Tensor, PoolRule], Tensor]
# Slope by the stride of a pool's input: the published 0.02 x (3.5, 8, 16) of VGG16's pools 3 to 5.
SLOPES = {4: 0.07, 8: 0.16, 16: 0.32}
SEARCH_STRIDE = 16  # px per cell at which levels are compared; the target has one pool more


@dataclass(frozen=True)
class EccNetVariant:
    """What a variant changes in the network.

    Parameters
    ----------
    name : str
        Its name in tables and model texts.
    eccentricity : bool
        Whether pools grow with distance from the centre of gaze.
    pooling : {"average", "max"}
        What every pool takes of its window.
    last_only : bool
        Whether only the last level is compared.
    """

    name: str
    eccentricity: bool
    pooling: str
    last_only: bool


VARIANTS = {
    v.name: v
    for v in (
        EccNetVariant("eccnet", True, "average", False),  # published: eccNET
        EccNetVariant("18-17", True, "average", True),  # published: eccNET 18->17, the last level alone
        # published: eccNET without eccentricity, which also turns averages into maxima
        EccNetVariant("no-eccentricity", False, "max", False),
        # published: IVSN as the authors ran it here, in eccNET's search loop
        EccNetVariant("ivsn", False, "max", True),
        EccNetVariant("no-eccentricity-average", False, "average", False),  # ours: eccentricity alone taken away
        EccNetVariant("eccentricity-max", True, "max", False),  # ours: averages alone turned into maxima
    )
}


def variant_named(name: str) -> EccNetVariant:
    """Look a variant up.

    Raises
    ------
    UnknownNameError
        No such variant; the message has the closest match.

    Examples
    --------
    >>> variant_named("ivsn").pooling
    'max'
    """
    text = str(name).replace("_", "-").lower()
    if text not in VARIANTS:
        raise UnknownNameError("variant of eccNET", str(name), VARIANTS)
    return VARIANTS[text]


@dataclass(frozen=True)
class Level:
    """One compared level: a stage's place in the chain, and the pools after it in either branch."""

    stage: int
    search: tuple[PoolRule, ...]
    target: tuple[PoolRule, ...]


@dataclass(frozen=True)
class EccentricNetwork:
    """A backbone with its pools exchanged, and the levels of it that are compared.

    Parameters
    ----------
    backbone : Backbone
        The network.
    steps : tuple of (PoolRule or None, Stage)
        Stages in order, each with the pool before it, up to the last compared one.
    levels : tuple of Level
        Lowest first.
    """

    backbone: Backbone
    steps: tuple[tuple[PoolRule | None, Stage], ...]
    levels: tuple[Level, ...]

    def features(self, images: Tensor, branch: str, pool: Pooling = pool_every_ring) -> list[Tensor]:
        """Run the network on whole images.

        Parameters
        ----------
        images : (B, 3, H, W)
            RGB, 0..255.
        branch : {"search", "target"}
            Which pools to end with.
        pool : callable
            Computes a pool on a whole map.

        Returns
        -------
        list of (B, C, h, w)
            One per level, all of one size.
        """
        x, found = self.backbone.normalise(images), []
        for k, (rule, stage) in enumerate(self.steps):
            x = stage(x if rule is None else pool(x, rule))
            for level in self.levels:
                if level.stage == k:
                    y = x
                    for extra in getattr(level, branch):
                        y = pool(y, extra)
                    found.append(y)
        return found


def eccentric_network(
    backbone: Backbone,
    variant: EccNetVariant,
    *,
    levels: Sequence[str] | None = None,
    px_per_degree: float = 30,
    fovea_degrees: float = FOVEA,
    round_degrees: bool = True,
) -> EccentricNetwork:
    """Decide pools and levels for a backbone.

    Parameters
    ----------
    backbone : Backbone
        Any network that keeps the contract.
    variant : EccNetVariant
        Which pools.
    levels : sequence of str, optional
        Names of stages; default the backbone's own. With `variant.last_only`, the last of them alone.
    px_per_degree : float
        Of the image given to the network.
    fovea_degrees : float
        Radius of the fovea. Rings scale with it: what is pooled at an eccentricity e is pooled as the published network
        pools at 4 e / fovea_degrees.
    round_degrees : bool
        Round px per degree at every pool to a whole number, as the official code does, before rings are scaled.

    Raises
    ------
    UnknownNameError
        The backbone has no such level.
    GazekitError
        The levels' strides cannot be brought to one size by pools of stride 2; a fovea other than the published one for
        a network in which no pool grows.
    """
    stages = [stage for stage in backbone.stages if isinstance(stage, Stage)]
    names = [stage.name for stage in stages]
    wanted = list(backbone.levels if levels is None else levels)
    for name in wanted:
        check_known(f"level of backbone {backbone.name!r}", name, names)
    if not wanted:
        raise GazekitError(f"eccNET needs at least one level to compare; {backbone.name!r} has {', '.join(names)}")
    places = sorted({names.index(name) for name in wanted})
    if variant.last_only:
        places = places[-1:]

    def rule(size: int, stride: int, at: int, grows: bool) -> PoolRule:
        slope = SLOPES.get(at, 0.0) if grows and variant.eccentricity else 0.0
        if not slope:
            return PoolRule(size, stride, variant.pooling)
        d = px_per_degree / at
        scale = fovea_degrees / FOVEA
        return PoolRule(size, stride, variant.pooling, slope / scale, (round(d) if round_degrees else d) * scale)

    steps: list[tuple[PoolRule | None, Stage]] = []
    at = 1  # px per cell so far
    for stage in stages[: places[-1] + 1]:
        if stage.pool is not None:
            steps.append((rule(stage.pool.size, stage.pool.stride, at, True), stage))
        elif steps and stage.stride > at and variant.eccentricity and at in SLOPES:
            # A stage that begins with a stride has no pool to widen: blur its input by eccentricity instead.
            blur = rule(1, 1, at, True)
            steps.append((PoolRule(1, 1, "average", blur.slope, blur.px_per_degree), stage))
        else:
            steps.append((None, stage))
        at = stage.stride
    if fovea_degrees != FOVEA and not any(pool is not None and pool.slope for pool, _ in steps):
        raise GazekitError(
            f"fovea_degrees={fovea_degrees:g} would change nothing: no pool of backbone {backbone.name!r} grows with "
            f"eccentricity in the variant {variant.name!r}; leave it out, or take another backbone or variant"
        )
    common = max(SEARCH_STRIDE, *(stages[k].stride for k in places)) if places else SEARCH_STRIDE
    found = []
    for k in places:
        extra = (common // stages[k].stride).bit_length() - 1  # how often the stride doubles
        plain = tuple(rule(2, 2, 1, False) for _ in range(extra))
        # Of the target's extra pools the first grows with eccentricity in the official code; it only does so for
        # targets so large that its input reaches beyond the fovea.
        found.append(Level(k, plain, (rule(2, 2, stages[k].stride, True), *plain)))
    ends = {stages[level.stage].stride << len(level.search) for level in found}
    if len(ends) > 1:
        strides = ", ".join(f"{stages[k].name} {stages[k].stride}" for k in places)
        raise GazekitError(
            f"the levels of backbone {backbone.name!r} have strides ({strides} px) that pools of stride 2 cannot bring "
            f"to one; choose levels of one stride"
        )
    return EccentricNetwork(backbone, tuple(steps), tuple(found))
