"""
Every setting of the provider: `config.toml`, then the environment.

`IDP__OTP__LIFETIME=PT2M` overrides `lifetime` in the table `[otp]`. Secrets come from the
environment alone, as `IDP__SECRETS__DATA_KEY` or, from a file, `IDP__SECRETS__DATA_KEY_FILE`.
"""

from idp.settings.keys import decode_key
from idp.settings.load import ConfigurationError, Settings, load
from idp.settings.tables import Network, Rate, Secrets

__all__ = ["ConfigurationError", "Network", "Rate", "Secrets", "Settings", "decode_key", "load"]
