/** Round places for the marks of an axis. */
import { dateTimeFormat, systemDateFormats } from '@grafana/data';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [1, 5, 10, 15, 30]
  .map((n) => n * MINUTE)
  .concat(
    [1, 2, 3, 6, 12].map((n) => n * HOUR),
    [1, 2, 7, 14, 30, 90, 180, 365, 730].map((n) => n * DAY)
  );
/** Steps of a day and more begin at midnight there; the province keeps one offset all year. */
const PROVINCE_OFFSET_MS = 7 * HOUR;

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** About `count` round instants between `from` and `to`, worded as on the time series' axis. */
export function timeTicks(from: number, to: number, count: number, timeZone: string): Tick[] {
  const step =
    TIME_STEPS.find((candidate) => (to - from) / candidate <= Math.max(1, count)) ?? TIME_STEPS.at(-1) ?? DAY;
  const { interval } = systemDateFormats;
  const format =
    step >= 365 * DAY
      ? interval.year
      : step >= 30 * DAY
        ? interval.month
        : step >= DAY
          ? interval.day
          : to - from > DAY
            ? interval.hour
            : interval.minute;
  const first = Math.ceil((from + PROVINCE_OFFSET_MS) / step) * step - PROVINCE_OFFSET_MS;
  const ticks: Tick[] = [];
  for (let value = first; value <= to; value += step)
    ticks.push({ value, text: dateTimeFormat(value, { timeZone, format }) });
  return ticks;
}

/** Round numbers from at most `min` to at least `max`, about `count` of them, first to last. */
export function numberTicks(min: number, max: number, count: number): number[] {
  if (min === max) return numberTicks(Math.min(0, min), Math.max(1, max), count);
  const rough = (max - min) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(min / step);
  const last = Math.ceil(max / step);
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}
