"""gazekit."""
