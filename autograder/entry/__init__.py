"""Where the kit is called from: the command line, nbgrader, Gradescope."""
