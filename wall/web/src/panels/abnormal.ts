/** Which figures are out of the ordinary, so that the wall can say it with a symbol and a word beside the colour. */
import { type DisplayValue, type FieldConfig, FieldColorModeId, type GrafanaTheme2 } from '@grafana/data';

export type Severity = 'normal' | 'warning' | 'critical';

export const MARKS: Readonly<Record<Severity, string>> = { normal: '', warning: '⚠', critical: '■' };

const SHADES = ['super-light-', 'light-', '', 'semi-dark-', 'dark-'];
const MEANINGS: readonly (readonly [Severity, readonly string[]])[] = [
  ['critical', ['red']],
  ['warning', ['orange', 'yellow']],
];

const known = new WeakMap<GrafanaTheme2, ReadonlyMap<string, Severity>>();

function severities(theme: GrafanaTheme2): ReadonlyMap<string, Severity> {
  const made = known.get(theme);
  if (made !== undefined) return made;
  const map = new Map(
    MEANINGS.flatMap(([severity, names]) =>
      names.flatMap((name) =>
        SHADES.map((shade) => [theme.visualization.getColorByName(shade + name).toLowerCase(), severity] as const)
      )
    )
  );
  known.set(theme, map);
  return map;
}

/**
 * What a figure's colour stands for: red is critical, orange and yellow a warning, every other colour normal.
 *
 * Only colours that thresholds or value mappings gave count; a series' own colour says nothing of its value.
 */
export function severityOf(config: FieldConfig, display: Pick<DisplayValue, 'color'>, theme: GrafanaTheme2): Severity {
  const judged = config.color?.mode === (FieldColorModeId.Thresholds as string) || (config.mappings?.length ?? 0) > 0;
  if (!judged || display.color === undefined) return 'normal';
  return severities(theme).get(display.color.toLowerCase()) ?? 'normal';
}

const RANK: readonly Severity[] = ['normal', 'warning', 'critical'];

export interface Judgement {
  readonly severity: Severity;
  /** How many figures are as bad as that. */
  readonly count: number;
}

export function worst(all: readonly Severity[]): Judgement {
  const severity = RANK[Math.max(0, ...all.map((one) => RANK.indexOf(one)))] ?? 'normal';
  return { severity, count: severity === 'normal' ? 0 : all.filter((one) => one === severity).length };
}
