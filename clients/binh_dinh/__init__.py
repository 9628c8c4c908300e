"""Binh Dinh's portal: the integration kit with this province's names, look and registration."""
