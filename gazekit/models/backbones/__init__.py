"""Pretrained and made-up networks that models look inside, behind one contract."""

from gazekit.models.backbones.loading import backbone_names, load_backbone

__all__ = ["backbone_names", "load_backbone"]
