import { getValueFormat } from '@grafana/data';
import { describe, expect, it } from 'vitest';

import { grouped, localised, vietnameseNumber } from '../src/format/displayText';

const shown = (unit: string, value: number, decimals?: number): string => {
  const {
    prefix = '',
    text,
    suffix = '',
  } = localised({ ...getValueFormat(unit)(value, decimals), numeric: value }, 'vi');
  return `${prefix}${text}${suffix}`;
};

describe('Vietnamese numbers', () => {
  it.each([
    ['1234.56', '1.234,56'],
    ['1,234.56', '1.234,56'],
    ['1,234,567', '1.234.567'],
    ['-12345', '-12.345'],
    ['999', '999'],
    ['0.5', '0,5'],
    ['1000', '1.000'],
    ['2.5e+21', '2,5e+21'],
  ])('%s is written %s', (english, vietnamese) => {
    expect(vietnameseNumber(english)).toBe(vietnamese);
  });

  it.each(['Chậm', '12/2026', '40.01.02', '1,23', 'H41.05', '', '∞'])('%s is no number and stays', (text) => {
    expect(vietnameseNumber(text)).toBe(text);
  });

  it('keeps every digit, whatever the number', () => {
    for (let n = 0; n < 2_000; n++) {
      const value = (Math.sin(n) * 10 ** (n % 13)).toFixed(n % 5);
      expect(vietnameseNumber(value).replaceAll('.', '').replace(',', '.')).toBe(value);
    }
  });

  it('groups in English too', () => {
    expect(grouped('1234567.8')).toBe('1,234,567.8');
  });
});

describe('units in Vietnamese', () => {
  it.each([
    ['percent', 50.8, 1, '50,8%'],
    ['short', 1_234_567, 2, '1,23 triệu'],
    ['short', 97_734_000_000, 1, '97,7 tỷ'],
    ['none', 12_345, 0, '12.345'],
    ['locale', 1_749_434, 0, '1.749.434'],
    ['s', 150, 1, '2,5 phút'],
    ['s', 1, 0, '1 giây'],
    ['d', 3, 0, '3 ngày'],
    ['h', 30, 2, '1,25 ngày'],
    ['currency:VND', 97_734, 1, 'VND97,7 nghìn'],
    ['suffix:hồ sơ', 1_234, 0, '1.234 hồ sơ'],
  ])('%s %d', (unit, value, decimals, expected) => {
    expect(shown(unit, value, decimals)).toBe(expected);
  });
});
