"""The pages about programs that operators let in."""
