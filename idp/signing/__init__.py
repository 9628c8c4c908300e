"""
Our signing keys: their life, the JWKS that names them, and the tokens they sign.

Owns: the key ring and its rotation rules, the port to where keys are kept (`KeyStore`), the
`Signer` that every token goes through, and `idp keys …`.
Does not own: what a token says (`idp.oidc`), how long it lives (settings), the keys of relying
parties, carriers and the database.
Routes: none; `/jwks` in `idp.oidc` serves `Signer.jwks()`.
"""
