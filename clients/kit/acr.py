"""The provider's authentication context classes, `LoA1` to `LoA4`, lowest first."""

CLASSES = ("LoA1", "LoA2", "LoA3", "LoA4")


def rank(acr: str | None) -> int:
    """Return 1 to 4, or 0 for no class and for one that nobody told us of (never a high one)."""
    return CLASSES.index(acr) + 1 if acr in CLASSES else 0


def reaches(acr: str | None, minimum: str | None) -> bool:
    """Whether *acr* is at least *minimum*; no minimum is always reached."""
    return rank(acr) >= rank(minimum)


def highest(*classes: str | None) -> str | None:
    """Return the highest of *classes*, None when there is none."""
    return max((acr for acr in classes if acr), key=rank, default=None)
