/** The bars of a bar chart in shares of the drawing area: along 0..1 the categories, up 0..1 the values. */
export interface Bar {
  readonly series: number;
  readonly category: number;
  readonly value: number;
  /** Along the categories. */
  readonly start: number;
  readonly size: number;
  /** Up the values. */
  readonly low: number;
  readonly high: number;
}

export type Stacking = 'none' | 'normal' | 'percent';

export interface BarsRequest {
  readonly series: readonly (readonly (number | null)[])[];
  readonly categories: number;
  readonly stacking: Stacking;
  /** Share of a category's place that its bars fill together, and share of its part that each bar fills. */
  readonly groupWidth: number;
  readonly barWidth: number;
}

/** Lowest and highest value that the bars reach, 0 among them. */
export function extent({ series, categories, stacking }: BarsRequest): { readonly min: number; readonly max: number } {
  if (stacking === 'percent') return { min: 0, max: 1 };
  const reached = [0];
  for (let category = 0; category < categories; category++) {
    const values = series.map((values) => values[category] ?? 0);
    if (stacking === 'none') reached.push(...values);
    else reached.push(sum(values.filter((value) => value > 0)), sum(values.filter((value) => value < 0)));
  }
  return { min: Math.min(...reached), max: Math.max(...reached) };
}

export function barsOf(request: BarsRequest, min: number, max: number): Bar[] {
  const { series, categories, stacking, groupWidth, barWidth } = request;
  const slot = 1 / Math.max(1, categories);
  const lanes = stacking === 'none' ? series.length : 1;
  const lane = (slot * groupWidth) / Math.max(1, lanes);
  const share = (value: number): number => (value - min) / (max - min || 1);
  const bars: Bar[] = [];
  for (let category = 0; category < categories; category++) {
    const total = sum(series.map((values) => Math.abs(values[category] ?? 0))) || 1;
    let above = 0;
    let below = 0;
    series.forEach((values, index) => {
      const value = values[category];
      if (value === null || value === undefined) return;
      const drawn = stacking === 'percent' ? value / total : value;
      const base = stacking === 'none' ? 0 : drawn >= 0 ? above : below;
      if (drawn >= 0) above = base + drawn;
      else below = base + drawn;
      const start =
        category * slot +
        (slot * (1 - groupWidth)) / 2 +
        (stacking === 'none' ? index * lane : 0) +
        (lane * (1 - barWidth)) / 2;
      bars.push({
        series: index,
        category,
        value,
        start,
        size: lane * barWidth,
        low: share(Math.min(base, base + drawn)),
        high: share(Math.max(base, base + drawn)),
      });
    });
  }
  return bars;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
