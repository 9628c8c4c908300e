"""
The integration kit: one OpenID Connect relying party, complete enough to copy.

Owns: sign-in by authorization code, the portal's own session, sign-out, and the demonstration's
pages. Does not own: who may sign in, and how (the provider's), nor the provinces' names (data).
Routes: `/`, `/sign-in-options`, `/sign-in`, `/callback`, `/initiate-login`, `/procedures/<code>`,
`/sign-out`, `/leaving`, `/signed-out`, and the pages of plain text.
"""
