"""Errors that reach a person: each says what is wrong, where, and the mend."""

from __future__ import annotations


class ChainRuleError(Exception):
    """Base of all errors that the command line shows as a sentence; mend says what to do about it."""

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(": ".join(part for part in (where, what) if part) + (f"\n  {mend}" if mend else ""))


class AssignmentError(ChainRuleError):
    """An assignment's folder does not hold what it must."""


class ReleaseError(ChainRuleError):
    """A release would leak, break or mislead; nothing was written."""


class UsageError(ChainRuleError):
    """A wrong call: unknown assignment, no such folder."""


class SandboxError(ChainRuleError):
    """The sandbox could not be set up or died for a reason of ours: never a student's fault, never to be
    scored.
    """
