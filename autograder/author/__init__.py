"""For who writes assignments: building releases, testing the tests, beginning something new."""
