import { describe, expect, it } from 'vitest';

import { daysRange, QUICK_RANGES, resolveRange } from '../src/time/ranges';

const ZONE = 'Asia/Ho_Chi_Minh';
const at = (iso: string): number => new Date(iso).getTime();
/** 16 May 2026, 05:30 in the province, still the 15th in Greenwich. */
const NOW = at('2026-05-15T22:30:00Z');

const resolved = (from: string, to: string, step = 1): [string, string] => {
  const range = resolveRange({ from, to }, NOW, ZONE, step);
  return [new Date(range.from.valueOf()).toISOString(), new Date(range.to.valueOf()).toISOString()];
};

describe('ranges', () => {
  it.each([
    ['now-15m', 'now', '2026-05-15T22:15:00.000Z', '2026-05-15T22:30:00.000Z'],
    ['now/d', 'now', '2026-05-15T17:00:00.000Z', '2026-05-15T22:30:00.000Z'],
    ['now/M', 'now', '2026-04-30T17:00:00.000Z', '2026-05-15T22:30:00.000Z'],
    ['now/Q', 'now', '2026-03-31T17:00:00.000Z', '2026-05-15T22:30:00.000Z'],
    ['now/y', 'now', '2025-12-31T17:00:00.000Z', '2026-05-15T22:30:00.000Z'],
    ['now-1y/y', 'now-1y/y', '2024-12-31T17:00:00.000Z', '2025-12-31T16:59:59.999Z'],
    ['1262304000000', '1293839999999', '2010-01-01T00:00:00.000Z', '2010-12-31T23:59:59.999Z'],
  ])('%s to %s, by the days of the province', (from, to, start, end) => {
    expect(resolved(from, to)).toEqual([start, end]);
  });

  it('end on a step, so that every wall asks the same', () => {
    const one = resolveRange({ from: 'now-1h', to: 'now' }, NOW + 1, ZONE, 5_000);
    const other = resolveRange({ from: 'now-1h', to: 'now' }, NOW + 4_999, ZONE, 5_000);
    expect(one.to.valueOf()).toBe(NOW + 5_000);
    expect(other.from.valueOf()).toBe(one.from.valueOf());
    expect(other.to.valueOf()).toBe(one.to.valueOf());
  });

  it('that make no sense end now', () => {
    expect(resolved('yesterday', 'now')[0]).toBe('2026-05-15T22:30:00.000Z');
  });

  it('never end before they begin', () => {
    for (const { from, to } of QUICK_RANGES) {
      const range = resolveRange({ from, to }, NOW, ZONE, 5_000);
      expect(range.from.valueOf()).toBeLessThan(range.to.valueOf());
    }
  });

  it('of days are whole days of the province', () => {
    expect(daysRange('05/01/2010', '28/2/2010', ZONE)).toEqual({
      from: String(at('2010-01-04T17:00:00Z')),
      to: String(at('2010-02-28T16:59:59.999Z')),
    });
    expect(daysRange('28/02/2010', '05/01/2010', ZONE)).toBeNull();
    expect(daysRange('31/02/2010', '05/03/2010', ZONE)).toBeNull();
    expect(daysRange('2010-01-05', '05/03/2010', ZONE)).toBeNull();
    expect(daysRange('', '05/01/2010', ZONE)).toBeNull();
  });
});
