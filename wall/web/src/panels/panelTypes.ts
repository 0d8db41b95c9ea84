import { type ComponentType, memo } from 'react';

import { BarChartPanel } from './BarChartPanel';
import { BarGaugePanel } from './BarGaugePanel';
import { GaugePanel } from './GaugePanel';
import type { PanelProps } from './panelProps';
import { StateTimelinePanel } from './StateTimelinePanel';
import { StatPanel } from './StatPanel';
import { TablePanel } from './TablePanel';
import { TextPanel } from './TextPanel';
import { TimeSeriesPanel } from './TimeSeriesPanel';

/** Panel type as Grafana names it -> what draws it here. */
export const PANEL_TYPES: Readonly<Record<string, ComponentType<PanelProps>>> = {
  barchart: memo(BarChartPanel),
  bargauge: memo(BarGaugePanel),
  gauge: memo(GaugePanel),
  'state-timeline': memo(StateTimelinePanel),
  stat: memo(StatPanel),
  table: memo(TablePanel),
  text: memo(TextPanel),
  timeseries: memo(TimeSeriesPanel),
};
