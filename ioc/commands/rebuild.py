"""`ioc rebuild`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ioc.rebuild import Result


def rebuild(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count how many figures would change.")
    ] = False,
) -> None:
    """Recompute all figures from the raw events.

    For when a definition or the units have changed, or Kafka's data was lost. Give compute the new configuration first
    (restart it): it counts new events by it at once, and earlier days are put right here. The monitor runs on; at the
    end the new figures take the place of the old ones at once.

    It can be stopped at any time, and run again.

    Example: ioc rebuild --dry-run
    """
    from config.loader import load
    from ioc.commands.database import client
    from ioc.datafolder import current_settings
    from ioc.rebuild import Rebuild
    from schemas.registry import load_registry

    settings = current_settings()
    registry = load_registry(*settings.schema_folders)
    configuration = load(settings.config, registry)
    with client() as connection:
        result = Rebuild(settings, connection, configuration, registry, typer.echo).run(dry=dry_run)
    typer.echo(_words(result, dry=dry_run))


def _words(result: Result, *, dry: bool) -> str:
    changed = sum(result.changes.by_indicator.values())
    lines = [
        f"{result.events:,} events, {result.changes.buckets:,} sums of days, {result.seconds:.0f} s:"
        f" {changed:,} {'would change' if dry else 'have changed'}"
    ]
    lines += [f"  {name}: {count:,}" for name, count in sorted(result.changes.by_indicator.items())]
    if dry:
        lines.append(
            "Nothing was changed. Without --dry-run, the new figures take the place of the old ones."
        )
    else:
        lines.append("`ioc audit` compares all of them with the events, once compute has caught up.")
    return "\n".join(lines)
