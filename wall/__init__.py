"""The built-in live wall: the server that runs the dashboards' queries, and the page that shows them."""
