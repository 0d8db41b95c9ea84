import {
  type FieldDisplay,
  getFieldDisplayValues,
  type GrafanaTheme2,
  type InterpolateFunction,
  ReducerID,
  type ReduceDataOptions,
} from '@grafana/data';

import type { PanelJson } from '../dashboard/model';
import { type Judgement, MARKS, type Severity, severityOf, worst } from './abnormal';
import { optionsOf, type PanelProps } from './panelProps';
import type { PreparedFrames } from './prepare';

interface FigureOptions {
  readonly reduceOptions: ReduceDataOptions;
}

const DEFAULTS: FigureOptions = { reduceOptions: { calcs: [ReducerID.lastNotNull], fields: '', values: false } };
const SHOWS_FIGURES = new Set(['stat', 'gauge', 'bargauge']);

type Source = PreparedFrames & {
  readonly panel: PanelJson;
  readonly theme: GrafanaTheme2;
  readonly timeZone: string;
  readonly replaceVariables: InterpolateFunction;
};

/** The figures that stat, gauge and bar gauge show, each a formatted value with its title and colour. */
export function figuresOf(source: Source, sparkline: boolean): FieldDisplay[] {
  return getFieldDisplayValues({
    fieldConfig: source.fieldConfig,
    reduceOptions: { ...DEFAULTS.reduceOptions, ...optionsOf(source.panel, DEFAULTS).reduceOptions },
    replaceVariables: source.replaceVariables,
    theme: source.theme,
    data: source.frames,
    sparkline,
    timeZone: source.timeZone,
  });
}

export const severityOfFigure = (figure: FieldDisplay, theme: GrafanaTheme2): Severity =>
  severityOf(figure.field, figure.display, theme);

/** How the panel's figures stand; panels that show no single figures are always normal. */
export function judge(source: Source): Judgement {
  if (!SHOWS_FIGURES.has(source.panel.type) || source.frames.length === 0) return { severity: 'normal', count: 0 };
  return worst(figuresOf(source, false).map((figure) => severityOfFigure(figure, source.theme)));
}

/** Several figures in one panel carry their own mark in front of their title. */
export function markedFigures(props: PanelProps, sparkline: boolean): FieldDisplay[] {
  const figures = figuresOf(props, sparkline);
  if (figures.length < 2) return figures;
  return figures.map((figure) => {
    const mark = MARKS[severityOfFigure(figure, props.theme)];
    if (mark === '') return figure;
    return { ...figure, display: { ...figure.display, title: `${mark} ${figure.display.title ?? ''}` } };
  });
}
