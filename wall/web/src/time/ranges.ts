/** Time ranges in Grafana's own words (now-1h, now/d), so that a range in the address means the same in both. */
import { dateMath, dateTime, dateTimeParse, type DateTime, type TimeRange } from '@grafana/data';

import type { Words } from '../i18n/words';

export interface RawRange {
  readonly from: string;
  readonly to: string;
}

export interface QuickRange extends RawRange {
  readonly word: keyof Words &
    ('last15Minutes' | 'lastHour' | 'today' | 'last7Days' | 'thisMonth' | 'thisQuarter' | 'thisYear' | 'lastYear');
}

export const QUICK_RANGES: readonly QuickRange[] = [
  { word: 'last15Minutes', from: 'now-15m', to: 'now' },
  { word: 'lastHour', from: 'now-1h', to: 'now' },
  { word: 'today', from: 'now/d', to: 'now' },
  { word: 'last7Days', from: 'now-7d', to: 'now' },
  { word: 'thisMonth', from: 'now/M', to: 'now' },
  { word: 'thisQuarter', from: 'now/Q', to: 'now' },
  { word: 'thisYear', from: 'now/y', to: 'now' },
  { word: 'lastYear', from: 'now-1y/y', to: 'now-1y/y' },
];

export const sameRange = (a: RawRange, b: RawRange): boolean => a.from === b.from && a.to === b.to;

export const quickRange = (range: RawRange): QuickRange | undefined =>
  QUICK_RANGES.find((quick) => sameRange(quick, range));

/**
 * The absolute range of `raw` at `nowMs`.
 *
 * "now" is moved up to the next multiple of `stepMs`, so that every wall that is open asks for the same range at the
 * same time and the server answers them all from one query.
 */
export function resolveRange(raw: RawRange, nowMs: number, timeZone: string, stepMs: number): TimeRange {
  const now = new Date(Math.ceil(nowMs / stepMs) * stepMs);
  const bound = (text: string, roundUp: boolean): number => {
    if (/^\d+$/.test(text)) return Number(text);
    const parsed = dateMath.toDateTime(text, { roundUp, timezone: timeZone, now: dateTime(now) });
    return parsed?.isValid() === true ? parsed.valueOf() : now.getTime();
  };
  const from = dateTime(bound(raw.from, false));
  const to = dateTime(bound(raw.to, true));
  return { from, to, raw: { from: raw.from, to: raw.to } };
}

/** A day as Vietnam writes it, 05/01/2010; 5/1/2010 is understood too. */
export const DAY = 'DD/MM/YYYY';
const WRITTEN_DAY = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/;

/** First and last instant of two days written dd/MM/yyyy, in `timeZone`; null when they are no days or out of order. */
export function daysRange(firstDay: string, lastDay: string, timeZone: string): RawRange | null {
  const from = dayOf(firstDay, timeZone)?.startOf('day');
  const to = dayOf(lastDay, timeZone)?.endOf('day');
  if (from === undefined || to === undefined || from.valueOf() > to.valueOf()) return null;
  return { from: String(from.valueOf()), to: String(to.valueOf()) };
}

function dayOf(written: string, timeZone: string): DateTime | undefined {
  const [, day = '', month = '', year = ''] = WRITTEN_DAY.exec(written) ?? [];
  if (year === '') return undefined;
  const parsed = dateTimeParse(`${day.padStart(2, '0')}/${month.padStart(2, '0')}/${year}`, { timeZone, format: DAY });
  return parsed.isValid() ? parsed : undefined;
}
