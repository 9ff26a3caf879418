"""What a test cell asserts, however it is written: what the student's side is, and how it is decided."""
