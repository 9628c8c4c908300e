"""Who may work here: operators and invitations, the way in by a link, and the own password."""
