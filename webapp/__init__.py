"""Spor in the browser: people, rounds, sitting a test, reading outcomes, the authors' desk.

What lives here: one folder per feature, each with `models.py service.py forms.py views.py` and its
templates at the mirrored path. Views validate, call one service, and redirect or render. Only
services commit. The command line (`spor`) is the other front door to the same services.

What may not: psychometrics (placement, calibration) and rules about questions (item_bank).
"""
