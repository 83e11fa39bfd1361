"""Pretrained, made-up and fixed networks: one table of names, one way to find weights, two views.

`load_encoder` gives a whole network, from an image to one vector. `load_backbone` gives a chain of stages to look
inside.
"""

from typing import TYPE_CHECKING, Any

from gazekit.models.networks.loading import load_backbone, load_encoder, network_names

if TYPE_CHECKING:
    from gazekit.models.networks.backbone import Backbone
    from gazekit.models.networks.encoder import Encoder

__all__ = ["Backbone", "Encoder", "load_backbone", "load_encoder", "network_names"]


def __getattr__(name: str) -> Any:
    if name in ("Backbone", "Encoder"):  # torch is imported only where a network is used
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{name.lower()}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
