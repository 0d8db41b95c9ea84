import { LegendDisplayMode, type VizLegendOptions } from '@grafana/schema';
import { TimeSeries } from '@grafana/ui';
import { useMemo } from 'react';

import { ChartTooltip } from './ChartTooltip';
import { optionsOf, type PanelProps } from './panelProps';

const LEGEND: VizLegendOptions = {
  calcs: [],
  displayMode: LegendDisplayMode.List,
  placement: 'bottom',
  showLegend: true,
};

export function TimeSeriesPanel({ panel, frames, structureRev, width, height, timeRange, timeZone }: PanelProps) {
  const legend = useMemo(() => ({ ...LEGEND, ...optionsOf(panel, { legend: LEGEND }).legend }), [panel]);
  return (
    <TimeSeries
      frames={frames}
      structureRev={structureRev}
      width={width}
      height={height}
      timeRange={timeRange}
      timeZone={timeZone}
      legend={legend}
      options={panel.options}
    >
      {(config, aligned) => <ChartTooltip panel={panel} config={config} aligned={aligned} />}
    </TimeSeries>
  );
}
