"""The network on what changes alone: exactly what `gazekit.models.eccnet.search` computes, in less time."""
