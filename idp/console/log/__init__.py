"""The audit log at the console: searched, read, exported; nobody changes it here."""
