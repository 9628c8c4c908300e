"""
Onboarding: how a portal's registration comes to be, changes and ends.

Owns the versions a registration goes through, proposals for production (the integration test and a
second operator come before), the secrets and keys with their ends and reminders. Does not own what
a registration may say and what is stored of it (relying_parties), nor the integration test itself.
Commands: idp relying-parties list|show|register|assign|diff|versions|propose|proposals|approve|
refuse|withdraw|apply|disable|enable|add-secret|retire-secret|rotate-secret.
"""
