"""
The operators' API, at `/api/v1`: what the console does, for programs.

Owns the HTTP side: who calls and with which scope before anything else of a request is looked at,
parsing into frozen models, one answer for every kind of fault (RFC 9457), and the description that
is made of the same table (OpenAPI 3.1). Does not own what is done: the use cases that pages and
commands call, nor who may call (`idp.api_clients`).
"""
