"""The pages about signing keys."""
