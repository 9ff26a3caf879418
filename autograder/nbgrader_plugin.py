"""A name that courses already import: what it hands on stands in autograder/entry/nbgrader_plugin.py."""

from autograder.entry.nbgrader_plugin import page_templates, take_over

__all__ = ["page_templates", "take_over"]
