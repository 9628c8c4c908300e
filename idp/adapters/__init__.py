"""The concrete parts that touch the world; known to the composition root alone."""
