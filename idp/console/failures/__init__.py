"""Requests of portals that failed, at the console: searched, explained, taken as a file."""
