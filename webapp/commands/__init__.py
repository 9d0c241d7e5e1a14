"""The subcommands of `spor`: each reads its arguments, calls a service, and says what happened."""
