"""A notebook of an nbgrader assignment that nobody has moved: its cells run as Jupyter runs them."""
