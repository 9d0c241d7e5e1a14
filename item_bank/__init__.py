"""The question bank: items, their immutable revisions, scoring, pools and exchange formats.

What lives here: the content of a question and its rules, how a raw answer is scored, all SQL about
items and pools, and the starter bank in its source form.

What may not: people, rounds and attempts (webapp), estimating item parameters (calibration), Flask.
"""
