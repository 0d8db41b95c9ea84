import { type DataFrame, type Field, FieldType } from '@grafana/data';

/**
 * Splits a frame of time, names and numbers into one frame per name, the names as labels, as Grafana's data sources do
 * for a query in the time series format. Other frames are returned as they are.
 */
export function splitByNames(frame: DataFrame): DataFrame[] {
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  const names = frame.fields.filter(({ type }) => type === FieldType.string);
  const numbers = frame.fields.filter(({ type }) => type === FieldType.number);
  if (time === undefined || names.length === 0 || numbers.length === 0) return [frame];
  const rows = new Map<string, number[]>();
  for (let row = 0; row < frame.length; row++) {
    const key = JSON.stringify(names.map(({ values }) => values[row] as unknown));
    const group = rows.get(key);
    if (group === undefined) rows.set(key, [row]);
    else group.push(row);
  }
  return [...rows.values()].map((group) => {
    const labels = Object.fromEntries(names.map(({ name, values }) => [name, String(values[group[0] ?? 0])]));
    return {
      ...frame,
      length: group.length,
      fields: [taken(time, group), ...numbers.map((field) => ({ ...taken(field, group), labels }))],
    };
  });
}

const taken = (field: Field, rows: readonly number[]): Field => ({
  ...field,
  config: { ...field.config },
  values: rows.map((row) => field.values[row] as unknown),
});
