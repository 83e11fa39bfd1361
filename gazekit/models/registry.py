"""Registry of scanpath models by name; other packages add theirs through the entry-point group `gazekit.models`."""

from importlib import import_module
from typing import Any

from gazekit.foundations.registry import Registry
from gazekit.models.contract import ScanpathModel

models = Registry("model", group="gazekit.models")

_BUILT_IN = {
    "uniform": "gazekit.models.baselines.uniform:Uniform",
    "centre": "gazekit.models.baselines.centre:Centre",
    "centre-point": "gazekit.models.baselines.centre_point:CentrePoint",
    "empirical": "gazekit.models.baselines.empirical:Empirical",
    "other-image": "gazekit.models.baselines.other_image:OtherImage",
    "ittikoch": "gazekit.models.baselines.ittikoch:IttiKoch",
    "levy": "gazekit.models.baselines.levy:Levy",
    "eccnet": "gazekit.models.eccnet.model:EccNet",
    "neva": "gazekit.models.neva.model:Neva",
    "oat": "gazekit.models.oat.model:Oat",
    "priority": "gazekit.models.priority.model:Priority",
    "priority-fitted": "gazekit.models.priority.model:PriorityFitted",
    "deepgaze3": "gazekit.models.published.deepgaze3:DeepGaze3",
    "tppgaze": "gazekit.models.published.tppgaze:TppGaze",
    "worker": "gazekit.models.published.worker:Worker",
    "uniform-object": "gazekit.models.object_search.simple:UniformObject",
    "centre-object": "gazekit.models.object_search.simple:CentreObject",
    "nearest-object": "gazekit.models.object_search.simple:NearestObject",
    "similarity-object": "gazekit.models.object_search.appearance:SimilarityObject",
    "saliency-object": "gazekit.models.object_search.appearance:SaliencyObject",
    "markov-move": "gazekit.models.object_search.markov_move:MarkovMove",
    "move": "gazekit.models.object_search.move:Move",
    "line": "gazekit.models.object_search.controls:Line",
    "target-repeated": "gazekit.models.object_search.controls:TargetRepeated",
}
for _name, _where in _BUILT_IN.items():
    models.add(_name, _where)


def model_class(name: str) -> type[ScanpathModel]:
    """The class of a registered model; nothing heavy is imported before it is asked for."""
    entry = models[name]
    if isinstance(entry, str):
        module, attribute = entry.split(":")
        entry = getattr(import_module(module), attribute)
    return entry


def load_model(name: str, **options: Any) -> ScanpathModel:
    """Make a model by name.

    Parameters
    ----------
    name : str
        A name of `gazekit models`.
    **options
        The model's own options, as in its class.

    Raises
    ------
    UnknownNameError
        No such model; the message has the closest match.

    Examples
    --------
    >>> load_model("centre", spread=0.2).name
    'centre'
    """
    return model_class(name)(**options)
