"""`python -m autograder` is the command line, as `chainrule` is."""

from autograder.entry.cli import main

main()
