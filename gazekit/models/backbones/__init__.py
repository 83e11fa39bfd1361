"""Pretrained and made-up networks that models look inside, behind one contract."""
