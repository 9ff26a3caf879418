"""The commands, a file each: arguments in, what the lower floors do, and what is shown of it.

`cli` gathers them.
"""
