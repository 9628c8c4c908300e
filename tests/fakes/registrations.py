"""Two portals as they could be registered, one for each way to prove itself."""

import base64
import hashlib
from typing import Any

BASIC, POST = "portal-basic", "portal-post"
VERIFIER = "a" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


def registration(client_id: str, **changes: Any) -> dict[str, Any]:
    """A portal with a query in one of its redirect URIs."""
    document = {
        "client_id": client_id,
        "client_name": f"Cổng {client_id}",
        "client_name#en": f"Portal {client_id}",
        "redirect_uris": [
            f"https://{client_id}.example/callback",
            f"https://{client_id}.example/callback?kept=1",
        ],
        "post_logout_redirect_uris": [f"https://{client_id}.example/bye"],
        "initiate_login_uri": f"https://{client_id}.example/start",
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "ES256",
        "scope": "openid profile phone email identity_number",
        "sms_name": "Cong thu",
        "sector": f"sector-of-{client_id}",
        "security_profile": "oidc",
        "claims": [
            "name",
            "birthdate",
            "phone_number",
            "phone_number_verified",
            "identity_number",
            "old_identity_number",
            "email",
        ],
    }
    return {name: value for name, value in (document | changes).items() if value is not None}
