"""Evaluation: predict, score, and put ceiling, chance and intervals beside it."""
