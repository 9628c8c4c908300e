"""The runs of "Test my integration" for one registration: begun, gone on with, and reported."""
