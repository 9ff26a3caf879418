"""The changes that may be what was meant, by what they change; `table` holds them all."""
