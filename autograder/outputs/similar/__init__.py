"""Answers that are alike beyond what the release, the reference's form and the rest of the class explain."""
