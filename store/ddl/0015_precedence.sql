-- Of repeats that which arrived first is kept, of one millisecond that with the lower offset. Offsets alone would let a repeat
-- win that came after a broker was lost and another began at 0. Rows from before this have a higher precedence still.
ALTER TABLE events MODIFY COLUMN precedence UInt64
    MATERIALIZED 18446744073709551615 - (toUnixTimestamp64Milli(arrived_at) * 4194304 + kafka_offset % 4194304);
