"""The authentication context classes of the service (OpenID Connect Core §2, `acr`)."""

from typing import Final

ACR_CLASSES: Final = ("LoA1", "LoA2", "LoA3", "LoA4")
"""The lowest first: class n wants a verification level of n, and so strong a sign-in."""
