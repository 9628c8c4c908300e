"""Text messages through an HTTP gateway."""

from datetime import timedelta

import httpx

from idp.core.phone_number import PhoneNumber
from idp.messaging.ports import SmsNotSent

_ACCEPTED = 202


class HttpSmsGateway:
    """
    Hands messages to `POST {base_url}/sms/v1/messages`; implements `SmsSender`.

    Safe to share between threads. Nothing is repeated here: whoever sends again uses the same
    reference, and the gateway then sends nothing twice.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        timeout: timedelta = timedelta(seconds=5),
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._client = httpx.Client(
            transport=transport,
            base_url=base_url,
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout.total_seconds(),
            trust_env=False,  # numbers and codes go to the gateway, not through a stray proxy
        )

    def send(self, to: PhoneNumber, text: str, *, reference: str) -> None:
        """Send *text* to *to*; raises `SmsNotSent` on anything but 202."""
        message = {"to": to.e164, "text": text, "reference": reference}
        # httpx's exceptions carry the request, hence number and code: name the cause, and raise
        # outside the except blocks so that they are not chained.
        try:
            status = self._client.post("/sms/v1/messages", json=message).status_code
            cause = "" if status == _ACCEPTED else f"gateway answered {status}"
        except httpx.TimeoutException:
            cause = "timeout"
        except httpx.HTTPError:
            cause = "connection"
        if cause:
            raise SmsNotSent(cause)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
