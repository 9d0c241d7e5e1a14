"""People: who works where, what each may do, and how they sign in."""
