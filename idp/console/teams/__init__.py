"""Teams at the console: who answers for a province's portals, and who lets colleagues in."""
