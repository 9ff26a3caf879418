"""What people read of results: pages for students, the report, tables and files for other systems."""
