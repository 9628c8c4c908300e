"""Documents that portals publish, without a network."""

from dataclasses import dataclass, field

from idp.relying_parties.ports import FetchFailed


@dataclass
class FetcherInMemory:
    """A `Fetcher`: what stands in *documents* by URL, with its media type; all else fails."""

    documents: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def serve(self, url: str, body: bytes, media_type: str = "application/json") -> None:
        """Publish *body* at *url*."""
        self.documents[url] = (body, media_type)

    def fetch(self, url: str, *, media_types: frozenset[str]) -> bytes:
        """See `Fetcher`."""
        self.asked.append(url)
        if url not in self.documents:
            raise FetchFailed("connection")
        body, media_type = self.documents[url]
        if media_type not in media_types:
            raise FetchFailed("media type")
        return body
