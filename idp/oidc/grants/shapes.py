"""What Authlib's grants look at, made of what we have."""

from collections.abc import Callable, Mapping

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from idp.failures.model import Cause, Fault
from idp.oidc.errors import UnauthorizedClient
from idp.oidc.http import Parameters, ProtocolRequest
from idp.relying_parties.model import GrantType, RelyingParty


class Client:
    """A relying party that has proved itself."""

    def __init__(self, relying_party: RelyingParty) -> None:
        self.relying_party = relying_party

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it registered for that grant type; raises our error where it did not."""
        if GrantType(grant_type) not in self.relying_party.grant_types:
            fault = Fault(
                cause=Cause.GRANT_TYPE_NOT_REGISTERED,
                sent=grant_type,
                registered=" ".join(sorted(self.relying_party.grant_types)),
            )
            raise UnauthorizedClient(f"not registered for {grant_type}", fault)
        return True


class TokenRequest(OAuth2Request):  # type: ignore[misc]
    """
    A parsed request, and who sent it.

    *confirm* sees that the sender's proof is good still, once the registry may have caught up.
    """

    def __init__(
        self,
        request: ProtocolRequest,
        relying_party: RelyingParty,
        confirm: Callable[[], None],
    ) -> None:
        # Not Authlib's, which would look for https in an address that the provider is not told.
        self.method = request.method
        self.headers: Mapping[str, str] = {}
        self.sent: Parameters = request.form
        self.payload = BasicOAuth2Payload(dict(request.form.values))
        self.client = Client(relying_party)
        self.confirm = confirm

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters of the body."""
        form: Mapping[str, str] = self.payload.data
        return form
