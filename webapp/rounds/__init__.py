"""Rounds: who is asked to take which design, on which pool, when and for what purpose."""
