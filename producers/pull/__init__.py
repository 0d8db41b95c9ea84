"""HTTP pull: an API that gives its rows by pages, asked again and again."""
