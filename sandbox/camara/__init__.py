"""
The CAMARA interfaces of one carrier: kyc-match 0.4, sim-swap 2, number-recycling 0.2.

Owns: reading the requests as the OpenAPI definitions have them (and refusing what they do not
declare), what each call answers, the error codes, x-correlator.
Does not own: access tokens (sandbox.authorization), records (sandbox.subscriptions), faults.
Routes: /carriers/<carrier>/kyc-match/v0.4/match, …/sim-swap/v2/check, …/sim-swap/v2/retrieve-date,
…/number-recycling/v0.2/check
"""
