"""How observed objects are compared: tables, dates, exact numbers, figures."""
