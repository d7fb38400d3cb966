"""Decides from a history and the stores whether votes were lost, counted twice or invented."""
