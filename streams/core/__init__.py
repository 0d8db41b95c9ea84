"""The pure core: what an event changes in the indicators. No I/O and no wall clock in here."""
