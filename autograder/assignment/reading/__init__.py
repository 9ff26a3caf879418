"""What a file that was handed in says: its bytes as cells, and answers in words."""
