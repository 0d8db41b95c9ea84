import { FieldType, type ScopedVars, toDataFrame } from '@grafana/data';
import { describe, expect, it } from 'vitest';

import { interpolator } from '../src/dashboard/interpolation';

const replace = interpolator(
  {
    unit: { value: ['40.01'], text: ['Phường Thành Vinh'] },
    channel: { value: ['1', '2'], text: ['Trực tiếp', 'Trực tuyến'] },
  },
  () => ({ fromMs: 10, toMs: 20 })
);

describe('variables', () => {
  it.each([
    ['Đơn vị $unit', 'Đơn vị 40.01'],
    ['${unit:text} [[channel]]', 'Phường Thành Vinh 1,2'],
    ['/d/x?${channel:queryparam}', '/d/x?var-channel=1&var-channel=2'],
    ['/d/x?${__url_time_range}', '/d/x?from=10&to=20'],
    ['/d/x?$__all_variables', '/d/x?var-unit=40.01&var-channel=1&var-channel=2'],
    ['giá 5$ và $khong_co', 'giá 5$ và $khong_co'],
  ])('in %s', (template, filled) => {
    expect(replace(template)).toBe(filled);
  });

  it('of a table cell come from its row', () => {
    const frame = toDataFrame({
      fields: [
        { name: 'unit code', type: FieldType.string, values: ['40.01', '40.02'] },
        { name: 'score', type: FieldType.number, values: [9, 8] },
      ],
    });
    const scoped = {
      __dataContext: { value: { data: [frame], frame, field: frame.fields[1], rowIndex: 1 } },
    } as ScopedVars;
    expect(
      replace('/d/x?u=${__data.fields["unit code"]}&s=${__value.raw}&f=${__field.name}&o=${__data.fields[0]}', scoped)
    ).toBe('/d/x?u=40.02&s=8&f=score&o=40.02');
  });
});
