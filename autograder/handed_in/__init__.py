"""What was handed in: found, read, and laid beside the source."""
