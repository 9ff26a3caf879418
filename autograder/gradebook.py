"""A name that courses already import: what it hands on stands in autograder/records/database.py."""

from autograder.records.database import ensure_alembic

__all__ = ["ensure_alembic"]
