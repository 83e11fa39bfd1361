"""`priority`: where people look next, learned from people, on top of a frozen network of images."""
