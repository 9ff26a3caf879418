"""One notebook that is observed and judged: the story, the passes in which it is observed, what memory keeps
of them, and the search for the place of a mistake that has no name.
"""
