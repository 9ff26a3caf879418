"""A name that courses already import: what it hands on stands in autograder/records/gradebook.py."""

from autograder.records.gradebook import ensure_alembic

__all__ = ["ensure_alembic"]
