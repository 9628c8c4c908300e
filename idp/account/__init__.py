"""The home page and the citizen's own page: name, level and how it was reached, signing out."""
