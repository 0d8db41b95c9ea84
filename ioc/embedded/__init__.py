"""The real servers on one machine, from Python wheels alone: no Docker, no Java to install."""
