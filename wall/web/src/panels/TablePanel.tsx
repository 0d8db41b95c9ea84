import { type DataFrame, FieldType, type GrafanaTheme2 } from '@grafana/data';
import { TableCellDisplayMode, TableCellHeight } from '@grafana/schema';
import { TableNG } from '@grafana/ui/unstable';
import { useMemo } from 'react';

import { MARKS, severityOf } from './abnormal';
import { optionsOf, type PanelProps } from './panelProps';

const DEFAULTS = {
  showHeader: true,
  cellHeight: TableCellHeight.Sm,
  frameIndex: 0,
  enablePagination: false,
  sortBy: undefined as { displayName: string; desc?: boolean }[] | undefined,
  frozenColumns: undefined as { left?: number } | undefined,
};

const EM_SPACE = '\u2003';

export function TablePanel({
  panel,
  frames,
  fieldConfig,
  structureRev,
  width,
  height,
  timeRange,
  theme,
  words,
}: PanelProps) {
  const options = optionsOf(panel, DEFAULTS);
  const chosen = frames[options.frameIndex] ?? frames[0];
  const data = useMemo(
    () => (chosen === undefined ? undefined : markedCells(withoutHidden(chosen), theme)),
    [chosen, theme]
  );
  if (data === undefined) return null;
  return (
    <TableNG
      ariaLabel={panel.title}
      data={data}
      width={width}
      height={height}
      noHeader={!options.showHeader}
      showTypeIcons={false}
      resizable
      sortBy={options.sortBy}
      cellHeight={options.cellHeight}
      enablePagination={options.enablePagination}
      frozenColumns={options.frozenColumns?.left}
      structureRev={structureRev}
      timeRange={timeRange}
      fieldConfig={fieldConfig}
      noValue={words.noData}
      contentAwareWidthsEnabled
      transparent
    />
  );
}

/** Older dashboards hide a column with custom.hidden, which the table no longer reads. */
function withoutHidden(frame: DataFrame): DataFrame {
  return {
    ...frame,
    fields: frame.fields.filter(({ config }) => (config.custom as { hidden?: boolean } | undefined)?.hidden !== true),
  };
}

/** Coloured cells of numbers get a symbol in front, since colour alone says nothing to many eyes. */
function markedCells(frame: DataFrame, theme: GrafanaTheme2): DataFrame {
  return {
    ...frame,
    fields: frame.fields.map((field) => {
      const { display, config } = field;
      const cell = (config.custom as { cellOptions?: { type?: string } } | undefined)?.cellOptions?.type;
      const worded = (config.mappings?.length ?? 0) > 0;
      if (
        display === undefined ||
        worded ||
        field.type !== FieldType.number ||
        cell === undefined ||
        cell === (TableCellDisplayMode.Auto as string)
      )
        return field;
      // A bar is as long as its text leaves room for, so in a column of bars every text has a mark's width.
      const unmarked = cell === (TableCellDisplayMode.Gauge as string) ? EM_SPACE : '';
      return {
        ...field,
        display: (value, decimals) => {
          const shown = display(value, decimals);
          const mark = MARKS[severityOf(config, shown, theme)];
          return { ...shown, prefix: `${mark === '' ? unmarked : `${mark} `}${shown.prefix ?? ''}` };
        },
      };
    }),
  };
}
