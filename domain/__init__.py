"""What the monitor must be able to show: the rows of the reports on Project 06, and what answers each of them."""
