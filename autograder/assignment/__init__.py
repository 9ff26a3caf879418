"""An assignment as people write it: its files read and checked, its notebook, its variants."""
