"""The same numbers faster or for more cases: position codes in closed form, decoding that keeps keys and values."""
