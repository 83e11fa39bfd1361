"""`python -m gazekit` is the command `gazekit`."""

from gazekit.cli import main

if __name__ == "__main__":
    main()
