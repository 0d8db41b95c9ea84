import { type FieldDisplay, getFieldDisplayValues, ReducerID, type ReduceDataOptions } from '@grafana/data';

import { optionsOf, type PanelProps } from './panelProps';

interface FigureOptions {
  readonly reduceOptions: ReduceDataOptions;
}

const DEFAULTS: FigureOptions = { reduceOptions: { calcs: [ReducerID.lastNotNull], fields: '', values: false } };

/** The figures that stat, gauge and bar gauge show, each a formatted value with its title and colour. */
export function figuresOf(props: PanelProps, sparkline: boolean): FieldDisplay[] {
  return getFieldDisplayValues({
    fieldConfig: props.fieldConfig,
    reduceOptions: optionsOf(props.panel, DEFAULTS).reduceOptions,
    replaceVariables: props.replaceVariables,
    theme: props.theme,
    data: props.frames,
    sparkline,
    timeZone: props.timeZone,
  });
}
