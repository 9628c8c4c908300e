"""
The pages on which citizens look after their phone numbers.

Owns the pages. Does not own what they do (idp.phones).
Routes: /account/security/phones, /account/security/phones/add, …/phones/<one>/confirm,
…/phones/<one>/default, …/phones/<one>/remove.
"""
