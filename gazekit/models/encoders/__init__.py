"""Whole networks that turn an image into an embedding or class scores, behind one contract.

Distinct from `gazekit.models.backbones`, which models look inside, stage by stage.
"""

from gazekit.models.encoders.contract import Encoder
from gazekit.models.encoders.loading import load_encoder

__all__ = ["Encoder", "load_encoder"]
