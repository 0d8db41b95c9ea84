"""From well-formed files to the monitor's definitions, checking what a file's JSON Schema cannot see."""
