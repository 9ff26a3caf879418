"""A class: many submissions over the cores of one machine or of several."""
