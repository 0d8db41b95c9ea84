"""How events get in: declarative sources, the register import, the simulator."""
