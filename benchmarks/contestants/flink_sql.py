"""Flink SQL: a count per unit in a tumbling minute of event time, on as many threads as there are cores.

The job is run twice over the whole of the topics, the second one counts: the Java machine is warm, and starting
the job is in its time. Needs Java 11 to 21 and, on the first run, Maven Central for the connector.
"""

from __future__ import annotations

import os
import time
import urllib.request
from pathlib import Path

from progress import asked, say
from pyflink.table import EnvironmentSettings, TableEnvironment

_CONNECTOR = (
    "https://repo1.maven.org/maven2/org/apache/flink/flink-sql-connector-kafka/5.0.0-2.2/"
    "flink-sql-connector-kafka-5.0.0-2.2.jar"
)

run = asked()
jar = Path.home() / ".cache" / "ioc-benchmarks" / _CONNECTOR.rpartition("/")[2]
if not jar.exists():
    jar.parent.mkdir(parents=True, exist_ok=True)
    part = jar.with_suffix(".part")
    urllib.request.urlretrieve(_CONNECTOR, part)  # a constant
    part.rename(jar)

flink = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
flink.get_config().set("pipeline.jars", jar.as_uri())
flink.get_config().set("parallelism.default", str(os.cpu_count()))
flink.execute_sql(f"""
    CREATE TABLE events (
      subject STRING,
      `time` STRING,
      happened AS TO_TIMESTAMP(REPLACE(SUBSTRING(`time`, 1, 23), 'T', ' '), 'yyyy-MM-dd HH:mm:ss.SSS'),
      WATERMARK FOR happened AS happened - INTERVAL '10' SECOND
    ) WITH (
      'connector' = 'kafka', 'topic' = '{";".join(run.topics)}', 'format' = 'json',
      'properties.bootstrap.servers' = '{run.bootstrap}', 'properties.group.id' = 'benchmark-flink',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'
    )""")
flink.execute_sql("""
    CREATE TABLE nowhere (subject STRING, minute_start TIMESTAMP(3), events BIGINT) WITH ('connector' = 'blackhole')""")
for _ in range(2):
    started = time.perf_counter()
    flink.execute_sql("""
        INSERT INTO nowhere SELECT subject, window_start, COUNT(*)
        FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(happened), INTERVAL '1' MINUTE))
        GROUP BY subject, window_start, window_end""").wait()
    rate = run.count / (time.perf_counter() - started)
say(rate)
