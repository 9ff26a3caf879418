"""Chain Rule: notebook assignments whose hidden tests observe inside a sandbox and judge outside it."""

__version__ = "0.1.0"
