"""The same numbers faster: decoding that keeps keys and values."""
