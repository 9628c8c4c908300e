"""
What is held about a citizen, for the citizen to take along or to print.

Owns the copy and its pages. Does not own requests about data (data_requests), nor the closing of an
account. A copy has everything but secrets: no hash, no key, no handle.
Routes: /account/data, /account/data/download, /account/data/print.
"""
