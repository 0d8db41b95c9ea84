import { createTheme, formattedValueToString } from '@grafana/data';
import { describe, expect, it, vi } from 'vitest';

import { interpolator } from '../src/dashboard/interpolation';
import type { PanelJson } from '../src/dashboard/model';
import { judge } from '../src/panels/figures';
import { hasData, prepareFrames, readFrames } from '../src/panels/prepare';

const THEME = createTheme({ colors: { mode: 'dark' } });
const same = (text: string): string => text;
const PRESENTATION = { theme: THEME, timeZone: 'Asia/Ho_Chi_Minh', language: 'vi' as const, replaceVariables: same };

const RATES: PanelJson = {
  id: 1,
  type: 'bargauge',
  gridPos: { x: 0, y: 0, w: 1, h: 1 },
  options: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: true } },
  fieldConfig: {
    defaults: {
      unit: 'percent',
      decimals: 1,
      thresholds: JSON.parse(
        '{"mode":"absolute","steps":[{"value":null,"color":"red"},{"value":50,"color":"orange"},{"value":70,"color":"text"}]}'
      ),
    },
    overrides: [
      {
        matcher: { id: 'byName', options: 'count' },
        properties: [
          { id: 'unit', value: 'none' },
          { id: 'displayName', value: 'Số lượng' },
          { id: 'custom.width', value: 70 },
        ],
      },
    ],
  },
};
const JSON_FRAME = {
  schema: {
    refId: 'A',
    fields: [
      { name: 'unit', type: 'string' },
      { name: 'rate', type: 'number' },
      { name: 'count', type: 'number' },
    ],
  },
  data: {
    values: [
      ['Xã A', 'Xã B'],
      [1234.56, 40],
      [12345, null],
    ],
  },
} as never;

describe('preparing frames', () => {
  it('applies units, overrides and Vietnamese numbers by the dashboard', async () => {
    const { frames } = prepareFrames(RATES, await readFrames(RATES, [JSON_FRAME], same), PRESENTATION);
    const [, rate, count] = frames[0]?.fields ?? [];
    expect(formattedValueToString(rate?.display?.(1234.56) ?? { text: '', numeric: 0 })).toBe('1.234,6%');
    expect(formattedValueToString(count?.display?.(12345) ?? { text: '', numeric: 0 })).toBe('12.345,0');
    expect(count?.state?.displayName).toBe('Số lượng');
    expect((count?.config.custom as { width: number }).width).toBe(70);
    expect(hasData(frames)).toBe(true);
  });

  it('judges figures by their thresholds, JSON null being the lowest', async () => {
    const prepared = prepareFrames(RATES, await readFrames(RATES, [JSON_FRAME], same), PRESENTATION);
    expect(judge({ ...prepared, panel: RATES, theme: THEME, timeZone: 'utc', replaceVariables: same })).toMatchObject({
      severity: 'critical',
    });
  });

  it('gives a missing figure no colour of a threshold', async () => {
    const { frames } = prepareFrames(RATES, await readFrames(RATES, [JSON_FRAME], same), PRESENTATION);
    const [, rate] = frames[0]?.fields ?? [];
    expect(rate?.display?.(null).color).toBe(THEME.colors.text.primary);
    expect(rate?.display?.(40).color).toBe(THEME.visualization.getColorByName('red'));
  });

  it('makes a series of each name in the time series format', async () => {
    const panel: PanelJson = { ...RATES, type: 'timeseries', targets: [{ refId: 'A', format: 0 }] };
    const long = {
      schema: {
        refId: 'A',
        fields: [
          { name: 'time', type: 'time' },
          { name: 'channel', type: 'string' },
          { name: 'n', type: 'number' },
        ],
      },
      data: {
        values: [
          [1, 1, 2],
          ['online', 'direct', 'online'],
          [5, 6, 7],
        ],
      },
    } as never;
    const { frames } = prepareFrames(panel, await readFrames(panel, [long], same), PRESENTATION);
    expect(frames.map(({ fields }) => [fields[1]?.state?.displayName, fields[0]?.values, fields[1]?.values])).toEqual([
      ['n online', [1, 2], [5, 7]],
      ['n direct', [1], [6]],
    ]);
  });

  it('names a series by its labels where the dashboard says so', async () => {
    const fieldConfig = { defaults: { displayName: '${__field.labels.channel}' }, overrides: [] };
    const panel: PanelJson = { ...RATES, type: 'timeseries', fieldConfig, targets: [{ refId: 'A', format: 0 }] };
    const long = {
      schema: {
        refId: 'A',
        fields: [
          { name: 'time', type: 'time' },
          { name: 'channel', type: 'string' },
          { name: 'n', type: 'number' },
        ],
      },
      data: { values: [[1], ['online'], [5]] },
    } as never;
    const replaceVariables = interpolator({}, () => ({ fromMs: 0, toMs: 1 }));
    const { frames } = prepareFrames(panel, await readFrames(panel, [long], replaceVariables), {
      ...PRESENTATION,
      replaceVariables,
    });
    expect(frames[0]?.fields[1]?.state?.displayName).toBe('online');
  });

  it('runs transformations', async () => {
    vi.stubGlobal('window', {});
    const panel: PanelJson = {
      ...RATES,
      transformations: [
        {
          id: 'organize',
          options: { excludeByName: { count: true }, indexByName: {}, renameByName: { rate: 'Tỷ lệ' } },
        },
      ],
    };
    const [frame] = await readFrames(panel, [JSON_FRAME], same);
    expect(frame?.fields.map(({ name, config }) => config.displayName ?? name)).toEqual(['unit', 'Tỷ lệ']);
    vi.unstubAllGlobals();
  });

  it('finds no data in frames of nulls', async () => {
    const empty = {
      schema: {
        fields: [
          { name: 'time', type: 'time' },
          { name: 'n', type: 'number' },
        ],
      },
      data: {
        values: [
          [1, 2],
          [null, null],
        ],
      },
    } as never;
    expect(hasData(await readFrames(RATES, [empty], same))).toBe(false);
    expect(hasData([])).toBe(false);
  });
});
