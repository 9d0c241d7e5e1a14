"""The adaptive engine: from answers to the next question, or to a placement.

What lives here: item response functions, ability estimation, item selection, exposure control,
stopping, the placement decision, and simulation of all of it. Values in, values out.

What may not: a clock, a file, a database, a web request, or anything else of Spor's. State is the
list of responses; everything else is derived from it, so that any attempt can be replayed.

Outside Python itself it stands on numpy, scipy.special, scipy.optimize.milp
(shadow tests) and tomli_w (designs as text).
"""
