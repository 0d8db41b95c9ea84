"""What is computed: transport, decode, dedupe, windows, indicators, dossiers, alerts, notify, store."""
