"""What is wrong with a report: one file per rule family."""
