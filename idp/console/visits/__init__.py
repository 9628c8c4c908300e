"""The counter officer's page: whose code it is, compared with the card, confirmed."""
