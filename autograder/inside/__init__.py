"""All that student code can import: what runs a notebook's cells and probes, the messages that it speaks
in, and the jail. Nothing here judges.
"""
