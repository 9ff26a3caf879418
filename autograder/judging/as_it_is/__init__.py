"""nbgrader assignments that nobody has moved: their own test cells judge."""
