"""Checkpoints leave the house: to a file outside the database, to a witness, to a time-stamp authority."""
