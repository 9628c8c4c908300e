"""A team's test people: who they are, what is tried with each, and the messages they got."""
