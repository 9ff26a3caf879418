"""Tables as platforms and spreadsheets write them, and what their columns hold."""
