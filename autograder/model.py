"""A name that courses already import: what it hands on stands in autograder/judging/findings.py."""

from autograder.judging.findings import Verdict

__all__ = ["Verdict"]
