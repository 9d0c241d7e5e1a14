"""Calibration: item parameters from what people answered. Numbers in, numbers out.

What lives here: estimation, fit, differential item functioning and linking, on numpy and scipy.

What may not: SQL, Flask, and the question bank; webapp carries rows between them as plain values.
"""
