"""Cases at the console: the list, both sides' papers, asking, giving time, deciding."""
