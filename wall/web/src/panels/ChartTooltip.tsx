import { type DataFrame, formattedValueToString, type GrafanaTheme2 } from '@grafana/data';
import { SortOrder, TooltipDisplayMode } from '@grafana/schema';
import { getFieldDisplayItems, TooltipPlugin2, type UPlotConfigBuilder, VizTooltipContent, VizTooltipHeader, VizTooltipWrapper } from '@grafana/ui';

import type { PanelJson } from '../dashboard/model';
import { optionsOf } from './panelProps';

/** TooltipHoverMode is a const enum of the library: one series, or all at the hovered time. */
const ALL_SERIES = 1;
const NEAREST_SERIES = 0;

interface Props {
  readonly panel: PanelJson;
  readonly config: UPlotConfigBuilder;
  readonly aligned: DataFrame;
  readonly theme: GrafanaTheme2;
}

/** What a chart says where the pointer is: the time, and every series' value there. */
export function ChartTooltip({ panel, config, aligned }: Props) {
  const { tooltip } = optionsOf(panel, { tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.None } });
  const time = aligned.fields[0];
  if (tooltip.mode === TooltipDisplayMode.None || time === undefined) return null;
  return (
    <TooltipPlugin2
      config={config}
      hoverMode={tooltip.mode === TooltipDisplayMode.Single ? NEAREST_SERIES : ALL_SERIES}
      render={(_plot, dataIdxs, seriesIdx, isPinned) => {
        const row = dataIdxs[0];
        const at = row === null || row === undefined ? '' : formattedValueToString(time.display?.(time.values[row]) ?? { text: '', numeric: NaN });
        const items = getFieldDisplayItems(aligned.fields, time, dataIdxs, seriesIdx, tooltip.mode, tooltip.sort ?? SortOrder.None);
        return (
          <VizTooltipWrapper>
            <VizTooltipHeader item={{ label: '', value: at }} isPinned={isPinned} />
            <VizTooltipContent items={items} isPinned={isPinned} />
          </VizTooltipWrapper>
        );
      }}
    />
  );
}
