"""What every room stands on: errors, keyed random numbers, the registry, progress."""
