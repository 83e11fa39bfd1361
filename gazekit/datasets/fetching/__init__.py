"""Downloads and checks of published files."""
