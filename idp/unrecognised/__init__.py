"""
"That was not me": a citizen says that something in the account was not their doing.

The account is locked, every session ends, the portals are told, and the case has a number by which
operators find it. Owns the report and the links in notices that lead to it. Does not own holds
(citizens), what they end (interactions), nor who lifts them (helpdesk).
Route: /n. Command: idp citizens reports.
"""
