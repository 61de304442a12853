"""The benchmarks behind `make bench`: one table on the screen, the same as JSON in results/."""
