"""What learning platforms write: whose a file of their downloads is, by its name."""
