"""Statistics at the console: charts with their tables, per portal and for all, and as a file."""
