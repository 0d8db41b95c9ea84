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

/** By the keys that the components ask for. */
const VIETNAMESE = {
  'grafana-ui': {
    pagination: { 'next-page': 'trang sau', 'previous-page': 'trang trước' },
    table: {
      'cell-filter-on': 'Lọc theo giá trị này',
      'cell-filter-out': 'Bỏ giá trị này',
      'cell-inspect': 'Xem giá trị',
      'cell-inspect-tooltip': 'Xem giá trị',
      copy: 'Chép',
      'filter-placeholder': 'Lọc giá trị',
      'filter-popup-apply': 'Đồng ý',
      'filter-popup-aria-label-match-case': 'Phân biệt chữ hoa',
      'filter-popup-cancel': 'Hủy',
      'filter-popup-clear': 'Bỏ lọc',
      'filter-popup-heading': 'Lọc theo giá trị:',
      'filter-popup-input-placeholder': 'Lọc giá trị',
      'filter-popup-match-case': 'Phân biệt chữ hoa',
      filter: {
        'add-all': 'Thêm mọi giá trị đang hiện vào bộ lọc',
        blanks: '(Trống)',
        operator: {
          contains: 'Chứa',
          equals: 'Bằng',
          expression: 'Biểu thức',
          greater: 'Lớn hơn',
          'greater-or-equal': 'Lớn hơn hoặc bằng',
          less: 'Nhỏ hơn',
          'less-or-equal': 'Nhỏ hơn hoặc bằng',
          'not-equals': 'Khác',
        },
        'remove-all': 'Bỏ mọi giá trị đang hiện khỏi bộ lọc',
        'select-all': 'Chọn tất cả',
        selected: 'Đã chọn {{ numSelected }}',
        'selected-some-hidden': 'Đã chọn {{ numSelected }} ({{ numHidden }} đang ẩn)',
      },
      footer: { reducer: { count: 'Số lượng' } },
      'inspect-drawer-title': 'Xem giá trị',
      'no-rows': 'Không có dòng nào',
      'no-values-label': 'Không có giá trị',
      'sort-column': 'Sắp xếp cột',
      sparkline: { 'no-data': 'không có dữ liệu' },
      tooltip: { trigger: 'Hiện giải thích' },
    },
    'viz-legend': {
      'all-series-selected': 'Đã chọn mọi chuỗi',
      'clear-filters': 'Bỏ lọc',
      name: 'Chuỗi',
      'only-this-series-selected': 'Chỉ chọn {{label}}',
      'right-axis-indicator': '(trục phải)',
    },
    'viz-tooltip': { timestamp: 'Thời điểm' },
  },
  table: { 'link-wrapper': { menu: 'xem liên kết' } },
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
