"""One change in the code of a cell, text in and texts out: what a careless student might have written in
place of the right thing, and what would mend a wrong one. Nothing is run here.
"""
