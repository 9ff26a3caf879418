"""`chainrule adopt`: an nbgrader or Otter source notebook becomes an assignment of this kit."""
