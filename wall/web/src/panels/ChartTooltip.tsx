import { type DataFrame, formattedValueToString } from '@grafana/data';
import { SortOrder, TooltipDisplayMode } from '@grafana/schema';
import {
  getFieldDisplayItems,
  type UPlotConfigBuilder,
  VizTooltipContent,
  VizTooltipHeader,
  VizTooltipWrapper,
} from '@grafana/ui';
import { useLayoutEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import type uPlot from 'uplot';

import { screenScale } from '../dashboard/layout';
import type { PanelJson } from '../dashboard/model';
import { optionsOf } from './panelProps';

const OFFSET_PX = 12;
const WIDEST_PX = 340;

interface Hover {
  /** In the pixels of the page around the panels. */
  readonly x: number;
  readonly y: number;
  readonly toTheLeft: boolean;
  readonly dataIdxs: (number | null)[];
  readonly seriesIdx: number | null;
  readonly page: HTMLElement;
}

interface Props {
  readonly panel: PanelJson;
  readonly config: UPlotConfigBuilder;
  readonly aligned: DataFrame;
}

/**
 * What a chart says where the pointer is: the time, and every series' value there.
 *
 * The components' own tooltip is laid out for pages drawn at scale 1 and stands elsewhere on a larger one.
 */
export function ChartTooltip({ panel, config, aligned }: Props) {
  const [hover, setHover] = useState<Hover | null>(null);
  const { tooltip } = optionsOf(panel, { tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.None } });

  useLayoutEffect(() => {
    let focused: number | null = null;
    config.setCursor({ move: pointerPosition });
    config.addHook('setSeries', (_plot, seriesIdx) => {
      focused = seriesIdx;
    });
    config.addHook('setCursor', (plot) => setHover(hoverOf(plot, focused)));
    config.addHook('destroy', () => setHover(null));
  }, [config]);

  const time = aligned.fields[0];
  const row = hover?.dataIdxs[0];
  if (
    tooltip.mode === TooltipDisplayMode.None ||
    hover === null ||
    time?.display === undefined ||
    row === null ||
    row === undefined
  )
    return null;
  const mode = tooltip.mode ?? TooltipDisplayMode.Multi;
  const items = getFieldDisplayItems(
    aligned.fields,
    time,
    hover.dataIdxs,
    hover.seriesIdx,
    mode,
    tooltip.sort ?? SortOrder.None
  );
  const shift = hover.toTheLeft ? `calc(-100% - ${OFFSET_PX}px)` : `${OFFSET_PX}px`;
  return createPortal(
    <div
      className="chart-tooltip"
      style={{ left: hover.x, top: hover.y, maxWidth: WIDEST_PX, transform: `translate(${shift}, -50%)` }}
    >
      <VizTooltipWrapper>
        <VizTooltipHeader item={{ label: '', value: formattedValueToString(time.display(time.values[row])) }} />
        <VizTooltipContent items={items} />
      </VizTooltipWrapper>
    </div>,
    hover.page
  );
}

function hoverOf(plot: uPlot, seriesIdx: number | null): Hover | null {
  const { left = -1, top = -1, idxs } = plot.cursor;
  const page = plot.over.closest<HTMLElement>('.wall');
  if (left < 0 || page === null || idxs === undefined) return null;
  const scale = screenScale(window.innerWidth);
  const over = plot.over.getBoundingClientRect();
  const around = page.getBoundingClientRect();
  const x = (over.left - around.left) / scale + left;
  return {
    x,
    y: (over.top - around.top) / scale + top,
    toTheLeft: x > around.width / scale / 2,
    dataIdxs: [...idxs],
    seriesIdx,
    page,
  };
}

/** The pointer in the plot's own pixels: the chart library takes screen pixels for them. */
function pointerPosition(plot: uPlot, left: number, top: number): [number, number] {
  const event = plot.cursor.event;
  const scale = screenScale(window.innerWidth);
  if (scale === 1 || left < 0 || event === undefined || event === null) return [left, top];
  const over = plot.over.getBoundingClientRect();
  return [(event.clientX - over.left) / scale, (event.clientY - over.top) / scale];
}
