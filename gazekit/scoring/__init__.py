"""Scoring one source of paths against people: what each kind of measure needs and gives."""
