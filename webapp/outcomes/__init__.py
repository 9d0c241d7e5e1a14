"""Outcomes: what track each person is proposed in each module, how sure it is, and what HR reads."""
