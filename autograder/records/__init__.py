"""What is kept: results, graded notebooks, the gradebook, what people have marked."""
