import type { ComponentType } from 'react';

import type { PanelProps } from './panelProps';
import { StatPanel } from './StatPanel';
import { TimeSeriesPanel } from './TimeSeriesPanel';

/** Panel type as Grafana names it -> what draws it here. */
export const PANEL_TYPES: Readonly<Record<string, ComponentType<PanelProps>>> = {
  stat: StatPanel,
  timeseries: TimeSeriesPanel,
};
