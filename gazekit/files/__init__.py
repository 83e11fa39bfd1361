"""Files: written whole or not at all, by one writer at a time; those that others made are read within bounds."""
