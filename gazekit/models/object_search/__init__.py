"""Models of object search: walks over the objects of a trial with probabilities for the next one and for the end."""

from gazekit.models.object_search.appearance import SaliencyObject, SimilarityObject, target_similarity
from gazekit.models.object_search.controls import Line, TargetRepeated
from gazekit.models.object_search.markov_move import MarkovMove
from gazekit.models.object_search.move import Move
from gazekit.models.object_search.simple import CentreObject, NearestObject, UniformObject
from gazekit.models.object_search.walk import ObjectModel, ObjectWalk

__all__ = [
    "CentreObject",
    "Line",
    "MarkovMove",
    "Move",
    "NearestObject",
    "ObjectModel",
    "ObjectWalk",
    "SaliencyObject",
    "SimilarityObject",
    "TargetRepeated",
    "UniformObject",
    "target_similarity",
]
