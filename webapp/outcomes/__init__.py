"""Outcomes: the track proposed to each person in each module, how sure it is, what HR reads."""
