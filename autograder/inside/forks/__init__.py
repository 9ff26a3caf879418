"""What a zygote forks, and what is in a fork before its probes run."""
