"""
What happened in an account, in words its citizen understands, looks of operators included.

Owns the words for every kind of event, and the page that reports what the citizen does not know.
Does not own the log (audit), nor the report itself (unrecognised).
Routes: /account/activity, /account/activity/not-me.
"""
