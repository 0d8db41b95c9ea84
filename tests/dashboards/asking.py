"""A panel's rows as the wall gets them: macros expanded, variables bound, types mapped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clickhouse_connect.driver.client import Client

from dashboards.model import Json
from dashboards.shipped import Shipped, panel
from tests.dashboards.filled import ZONE
from wall.frames import Frame, table_frame
from wall.macros import Period, expand
from wall.reader import Table
from wall.variables import Values, bind

Row = dict[str, Any]

SHIPPED = Shipped.read()


def english(uid: str, number: int) -> Json:
    """A panel of an English dashboard."""
    found = panel(SHIPPED.dashboards[uid, "en"], number)
    assert found is not None
    return found


def frame_of(client: Client, shown: Json, period: Period, variables: Values) -> Frame:
    """The panel's only frame."""
    (target,) = shown["targets"]
    sql, parameters = bind(expand(target["rawSql"], period), variables)
    result = client.query(sql, parameters=parameters or None, column_oriented=True)
    types = [column.name for column in result.column_types]
    return table_frame(Table(result.column_names, types, result.result_columns), "A")


def rows(client: Client, shown: Json, period: Period, variables: Values) -> list[Row]:
    """The frame's rows by column name; times in milliseconds."""
    frame = frame_of(client, shown, period, variables)
    names = [field["name"] for field in frame["schema"]["fields"]]
    return [dict(zip(names, row, strict=True)) for row in zip(*frame["data"]["values"], strict=True)]


def month(milliseconds: int) -> str:
    """The month of a time as the dashboards' zone has it: 2010-10."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, ZONE):%Y-%m}"
