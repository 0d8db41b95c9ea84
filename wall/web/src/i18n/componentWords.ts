/** The words inside Grafana's components: they ship in English only, so Vietnamese is laid over them here. */
import { fieldReducers } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

import type { Language } from './language';

const NAMESPACE = 'wall';

/** Calculations in legends and tables: id -> [Vietnamese, English]. */
const REDUCERS: Readonly<Record<string, readonly [string, string]>> = {
  lastNotNull: ['Mới nhất', 'Latest'],
  last: ['Cuối kỳ', 'Last'],
  firstNotNull: ['Đầu tiên', 'First'],
  first: ['Đầu kỳ', 'First in range'],
  min: ['Thấp nhất', 'Lowest'],
  max: ['Cao nhất', 'Highest'],
  mean: ['Trung bình', 'Mean'],
  median: ['Trung vị', 'Median'],
  sum: ['Tổng', 'Total'],
  count: ['Số lượng', 'Count'],
  range: ['Biên độ', 'Range'],
  delta: ['Tăng thêm', 'Delta'],
  diff: ['Chênh lệch', 'Difference'],
  diffperc: ['Chênh lệch %', 'Difference %'],
  uniqueValues: ['Giá trị khác nhau', 'Unique values'],
};

const VIETNAMESE = {
  'grafana-ui': {
    'viz-legend': { 'right-axis-indicator': '(trục phải)' },
    'viz-tooltip': { 'footer-add-annotation': 'Thêm ghi chú' },
    table: { 'no-values-label': 'Không có giá trị', 'filter-popup-heading': 'Lọc theo giá trị' },
  },
};

export async function startComponentWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'vi',
    fallbackLng: false,
    returnEmptyString: false,
    interpolation: { escapeValue: false },
    resources: { vi: { [NAMESPACE]: VIETNAMESE }, en: { [NAMESPACE]: {} } },
  });
  await initPluginTranslations(NAMESPACE);
}

/** Sets the language of what components draw from now on. */
export function setComponentLanguage(language: Language): void {
  void i18next.changeLanguage(language);
  for (const [id, [vi, en]] of Object.entries(REDUCERS)) {
    const reducer = fieldReducers.getIfExists(id);
    if (reducer === undefined) continue;
    reducer.name = language === 'vi' ? vi : en;
    reducer.description = reducer.name;
  }
}
