/** Which panels are out of the ordinary, so that the wall can say it with a symbol and a word beside the colour. */
import { type DataFrame, type Field, FieldColorModeId, FieldType, getActiveThreshold, ReducerID, reduceField } from '@grafana/data';

export type Severity = 'normal' | 'warning' | 'critical';

const CRITICAL = /red/;
const WARNING = /orange|yellow/;
const CRITICAL_HEX = new Set(['#f2495c', '#e02f44', '#c4162a', '#ff7383']);
const WARNING_HEX = new Set(['#ff9830', '#fade2a', '#ff780a', '#f2cc0c', '#e0b400', '#fa6400']);

/** What a threshold's colour stands for: red is critical, orange and yellow a warning, every other colour normal. */
export function severityOfColor(color: string): Severity {
  const name = color.toLowerCase();
  if (CRITICAL.test(name) || CRITICAL_HEX.has(name)) return 'critical';
  return WARNING.test(name) || WARNING_HEX.has(name) ? 'warning' : 'normal';
}

/** The worst newest figure of `frames`, by the thresholds of its field. */
export function severityOf(frames: readonly DataFrame[], calc: string = ReducerID.lastNotNull): Severity {
  let worst: Severity = 'normal';
  for (const field of frames.flatMap(({ fields }) => fields)) {
    const severity = severityOfField(field, calc);
    if (severity === 'critical') return severity;
    if (severity === 'warning') worst = severity;
  }
  return worst;
}

function severityOfField(field: Field, calc: string): Severity {
  const { thresholds, color } = field.config;
  if (field.type !== FieldType.number || thresholds === undefined || color?.mode !== (FieldColorModeId.Thresholds as string)) return 'normal';
  if (thresholds.steps.length < 2 || thresholds.mode !== 'absolute') return 'normal';
  const value = reduceField({ field, reducers: [calc] })[calc] as number | null | undefined;
  if (typeof value !== 'number' || Number.isNaN(value)) return 'normal';
  return severityOfColor(getActiveThreshold(value, thresholds.steps).color);
}
