"""`python -m webapp` is `spor`."""

from webapp.cli import main

main()
