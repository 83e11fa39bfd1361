"""Kinds of measures, a file each: what a measure of the kind is made of, what it needs, and how it is scored."""
