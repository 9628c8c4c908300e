"""What an operator does for a citizen at the console: find the account, lock it, unlock it."""
