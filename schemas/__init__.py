"""What an event is: a JSON Schema per event type and version, with good and bad examples beside it."""
