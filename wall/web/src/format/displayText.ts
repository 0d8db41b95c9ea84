/** Puts Grafana's formatted values into Vietnamese: 1,234.5 becomes 1.234,5, and its unit words are translated. */
import type { DisplayProcessor, DisplayValue } from '@grafana/data';

import type { Language } from '../i18n/language';

const NUMBER = /^[-−+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^[-−+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/;
const SWAPPED: Readonly<Record<string, string>> = { '.': ',', ',': '.' };

const GROUPED_FROM = 1_000;

/** Unit words of Grafana's value formats -> Vietnamese. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  K: 'nghìn',
  Mil: 'triệu',
  Bil: 'tỷ',
  Tri: 'nghìn tỷ',
  sec: 'giây',
  secs: 'giây',
  s: 'giây',
  min: 'phút',
  mins: 'phút',
  hour: 'giờ',
  hours: 'giờ',
  day: 'ngày',
  days: 'ngày',
  week: 'tuần',
  weeks: 'tuần',
  month: 'tháng',
  months: 'tháng',
  year: 'năm',
  years: 'năm',
  'evt/s': 'sự kiện/giây',
  'ops/s': 'lượt/giây',
  'req/s': 'yêu cầu/giây',
  'rec/s': 'bản ghi/giây',
};

/** "1,234.50" -> "1.234,50"; text that is no number is returned as it is. */
export function vietnameseNumber(text: string): string {
  if (!NUMBER.test(text)) return text;
  return grouped(text).replace(/[.,]/g, (mark) => SWAPPED[mark] ?? mark);
}

/** Grafana leaves numbers ungrouped in most units (12345); a reader of a wall needs 12,345. */
export function grouped(text: string): string {
  if (!NUMBER.test(text) || text.includes(',') || text.includes('e') || Math.abs(Number(text)) < GROUPED_FROM)
    return text;
  const [whole = '', decimals] = text.split('.');
  const marked = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? marked : `${marked}.${decimals}`;
}

function vietnameseUnit(affix: string): string {
  const word = affix.trim();
  const translated = UNIT_WORDS[word];
  return translated === undefined ? affix : affix.replace(word, ` ${translated}`).replace(/^\s+/, ' ');
}

/** The same value, worded for `language`. Mapped values pass unchanged; for fields of numbers only. */
export function localised(value: DisplayValue, language: Language): DisplayValue {
  if (language === 'en') return { ...value, text: grouped(value.text) };
  return {
    ...value,
    text: vietnameseNumber(value.text),
    ...(value.suffix !== undefined && { suffix: vietnameseUnit(value.suffix) }),
    ...(value.prefix !== undefined && { prefix: vietnameseUnit(value.prefix) }),
  };
}

export const localisedProcessor =
  (display: DisplayProcessor, language: Language): DisplayProcessor =>
  (value, decimals) =>
    localised(display(value, decimals), language);
