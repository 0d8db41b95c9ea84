import { describe, expect, it } from 'vitest';

import { GAP_PX, place, screenScale, visiblePanels } from '../src/dashboard/layout';
import type { PanelJson } from '../src/dashboard/model';

const panel = (id: number, x: number, y: number, w: number, h: number, more: Partial<PanelJson> = {}): PanelJson => ({
  id,
  type: 'stat',
  gridPos: { x, y, w, h },
  ...more,
});
const row = (id: number, y: number, more: Partial<PanelJson> = {}): PanelJson =>
  panel(id, 0, y, 24, 1, { type: 'row', collapsed: false, ...more });

const PANELS = [
  panel(1, 0, 0, 12, 4),
  panel(2, 12, 0, 12, 8),
  panel(3, 0, 4, 12, 4),
  row(4, 8),
  panel(5, 0, 9, 24, 6),
  row(6, 15, { collapsed: true, panels: [panel(7, 0, 16, 24, 5)] }),
  row(8, 16),
  panel(9, 0, 17, 24, 3),
];

const tops = (panels: readonly PanelJson[]): Record<number, number> =>
  Object.fromEntries(panels.map(({ id, gridPos }) => [id, gridPos.y]));

describe('rows', () => {
  it('stand as the dashboard says', () => {
    expect(tops(visiblePanels(PANELS, new Set()))).toEqual({ 1: 0, 2: 0, 3: 4, 4: 8, 5: 9, 6: 15, 8: 16, 9: 17 });
  });

  it('that are closed hide their panels, and what is below moves up', () => {
    expect(tops(visiblePanels(PANELS, new Set([4])))).toEqual({ 1: 0, 2: 0, 3: 4, 4: 8, 6: 9, 8: 10, 9: 11 });
  });

  it('that are opened show theirs, and what is below moves down', () => {
    expect(tops(visiblePanels(PANELS, new Set([6])))).toEqual({
      1: 0,
      2: 0,
      3: 4,
      4: 8,
      5: 9,
      6: 15,
      7: 16,
      8: 21,
      9: 22,
    });
  });
});

describe('placing', () => {
  const screens = [
    { width: 1904, height: 1000, fit: false },
    { width: 1904, height: 1000, fit: true },
    { width: 1264, height: 700, fit: true },
    { width: 374, height: 800, fit: false },
  ];

  it.each(screens)('on $width x $height (fit: $fit) neither overlaps nor leaves the screen', (screen) => {
    const { panels, height } = place(visiblePanels(PANELS, new Set()), screen);
    for (const a of panels) {
      expect(a.left + a.width).toBeLessThanOrEqual(screen.width);
      expect(a.top + a.height).toBeLessThanOrEqual(height);
      for (const b of panels) {
        const apart =
          a.left + a.width <= b.left ||
          b.left + b.width <= a.left ||
          a.top + a.height <= b.top ||
          b.top + b.height <= a.top;
        expect(a === b || apart, `${a.panel.id} and ${b.panel.id}`).toBe(true);
      }
    }
  });

  it('fills a wall exactly', () => {
    const { height } = place(visiblePanels(PANELS, new Set()), { width: 1904, height: 1000, fit: true });
    expect(height).toBe(1000);
  });

  it('is one column on a phone, in reading order', () => {
    const { panels } = place(visiblePanels(PANELS, new Set()), { width: 374, height: 800, fit: false });
    expect(panels.map(({ panel }) => panel.id)).toEqual([1, 2, 3, 4, 5, 6, 8, 9]);
    expect(panels.every(({ left, width }) => left === 0 && width === 374)).toBe(true);
    expect(panels[1]?.top).toBe((panels[0]?.height ?? 0) + GAP_PX);
  });

  it('is larger on larger screens only', () => {
    expect([360, 1366, 1920, 2560, 3840, 7680, 15360].map(screenScale)).toEqual([1, 1, 1, 1.35, 2, 4, 4]);
  });
});
