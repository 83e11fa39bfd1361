"""NeVA and NevaClip: scanpaths that sharpen a blurred image where a network's task gains most."""
