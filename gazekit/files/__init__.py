"""Files: whole or not at all, one writer at a time, and what strangers made read within bounds."""
