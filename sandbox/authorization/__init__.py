"""
The authorization server before each carrier's interfaces.

Owns: client authentication by private_key_jwt alone, the client credentials grant, access tokens.
Does not own: what a token opens (sandbox.camara), who the client is (the configuration).
Routes: /carriers/<carrier>/.well-known/openid-configuration, /carriers/<carrier>/token
Follows the CAMARA Security and Interoperability Profile (2025-08), RFC 6749 §4.4 and RFC 7523 §2.2.
"""
