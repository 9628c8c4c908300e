"""Uses of secrets and keys, for a test to look at."""

from dataclasses import dataclass, field


@dataclass
class UsesInMemory:
    """Implements `CredentialUses`."""

    used: list[tuple[str, str]] = field(default_factory=list)

    def secret(self, client_id: str, number: int) -> None:
        """See `CredentialUses`."""
        self.used.append((client_id, str(number)))

    def key(self, client_id: str, thumbprint: str) -> None:
        """See `CredentialUses`."""
        self.used.append((client_id, thumbprint))
