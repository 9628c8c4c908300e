"""The OpenID Provider: one account, confirmed by a mobile carrier, for every provincial portal."""
