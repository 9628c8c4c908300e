"""
Re-match: asking the carriers each year whether a citizen still holds the phone of the account.

Owns whose turn it is, what an answer changes, and the pace at which carriers are asked. Does not
own how a carrier is asked (carriers), what evidence is worth (citizens), nor what ends with it
(interactions: sessions, grants, and the relying parties that are told).
Runs at night, in the worker's sweep.
"""
