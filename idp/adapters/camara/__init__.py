"""
The carriers through the CAMARA interfaces: kyc-match 0.4, sim-swap 2, number-recycling 0.2.

Two-legged access tokens by `private_key_jwt` with one purpose scope (CAMARA Security and
Interoperability Profile r3.3). What leaves this package: a `MatchOutcome`, a bool, or
`CarrierUnavailable`. Nothing personal is put into a URL, an exception or the log.
"""

from idp.adapters.camara.endpoint import CarrierEndpoint
from idp.adapters.camara.records import CamaraCarrierRecords

__all__ = ["CamaraCarrierRecords", "CarrierEndpoint"]
