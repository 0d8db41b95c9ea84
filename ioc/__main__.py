"""`python -m ioc` is the same as `ioc`."""

from ioc.cli import main

main()
