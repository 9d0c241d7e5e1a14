"""Taking the test: one question at a time, resumable anywhere, and nothing acknowledged is lost."""
