import { describe, expect, it } from 'vitest';

import { arcPath } from '../src/panels/arc';
import { barsOf, extent } from '../src/panels/bars';
import { segmentsOf } from '../src/panels/segments';
import { numberTicks, timeTicks } from '../src/panels/ticks';

describe('bars', () => {
  const request = {
    series: [
      [10, null, 30],
      [5, 10, -10],
    ],
    categories: 3,
    stacking: 'none' as const,
    groupWidth: 0.8,
    barWidth: 1,
  };

  it('stand side by side and never overlap', () => {
    const bars = barsOf(request, -10, 30);
    expect(bars).toHaveLength(5);
    const sorted = [...bars].sort((a, b) => a.start - b.start);
    sorted.slice(1).forEach((bar, index) => {
      const before = sorted[index];
      expect(bar.start).toBeGreaterThanOrEqual((before?.start ?? 0) + (before?.size ?? 0) - 1e-9);
    });
    expect(bars.every(({ low, high }) => low >= 0 && high <= 1 && low <= high)).toBe(true);
  });

  it('stack upwards and downwards from zero', () => {
    const stacked = { ...request, stacking: 'normal' as const };
    expect(extent(stacked)).toEqual({ min: -10, max: 30 });
    const [first, second] = barsOf(stacked, 0, 20);
    expect([first?.low, first?.high, second?.low, second?.high]).toEqual([0, 0.5, 0.5, 0.75]);
  });

  it('fill the whole height in percent', () => {
    const tops = barsOf({ ...request, stacking: 'percent' }, 0, 1)
      .filter(({ category }) => category === 0)
      .map(({ high }) => high);
    expect(Math.max(...tops)).toBeCloseTo(1);
  });
});

describe('states over time', () => {
  it('last until the next one; equal ones are one; none is a gap', () => {
    expect(segmentsOf([0, 10, 20, 30, 40], ['a', 'a', null, 'b', 'a'], 50, true)).toEqual([
      { value: 'a', from: 0, to: 20 },
      { value: 'b', from: 30, to: 40 },
      { value: 'a', from: 40, to: 50 },
    ]);
  });
});

describe('ticks', () => {
  it.each([
    [0, 97, 5],
    [0, 0, 5],
    [-3.2, 8.8, 4],
    [1e6, 5e9, 6],
  ])('from %d to %d are round and reach both ends', (min, max, count) => {
    const ticks = numberTicks(min, max, count);
    expect(ticks[0]).toBeLessThanOrEqual(min);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
    expect(ticks.length).toBeLessThan(2 * count + 3);
  });

  it('of time begin at the hour and at midnight of the province', () => {
    const from = Date.UTC(2026, 4, 15, 22, 30);
    expect(timeTicks(from, from + 3 * 3_600_000, 4, 'Asia/Ho_Chi_Minh').map(({ text }) => text)).toEqual([
      '06:00',
      '07:00',
      '08:00',
    ]);
    const days = timeTicks(from, from + 4 * 86_400_000, 4, 'Asia/Ho_Chi_Minh').map(({ value }) =>
      new Date(value).getUTCHours()
    );
    expect(new Set(days)).toEqual(new Set([17]));
  });
});

describe('the arc', () => {
  it('takes the long way round only beyond half a circle', () => {
    expect(arcPath(0, 0.5, 80)).toContain(' 0 0 1 ');
    expect(arcPath(0, 1, 80)).toContain(' 0 1 1 ');
  });
});
