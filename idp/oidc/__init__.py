"""
The protocol face: OpenID Connect as relying parties see it, and the only importer of Authlib.

Owns parsing what they send (once, strictly, into frozen values), answering them, and the tokens.
Does not own what a citizen does in between: that is an interaction, and comes back as `approve` or
`refuse`.

Routes, as functions of a `ProtocolRequest`: discovery, `/jwks`, `/token`, `/userinfo`,
`/introspect`, `/revoke`, `/connect/register`, `/healthz`, `/readyz`. As Flask views, because a
person looks at the outcome: `/authorize`.
"""
