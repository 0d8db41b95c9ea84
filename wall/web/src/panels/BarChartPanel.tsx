import {
  type DataFrame,
  type Field,
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
  getFieldSeriesColor,
  type GrafanaTheme2,
  VizOrientation,
} from '@grafana/data';
import { LegendDisplayMode, VisibilityMode, type VizLegendOptions } from '@grafana/schema';
import { measureText, VizLayout, VizLegend } from '@grafana/ui';

import { type Bar, barsOf, extent, type Stacking } from './bars';
import { optionsOf, type PanelProps } from './panelProps';
import { numberTicks } from './ticks';

const LEGEND: VizLegendOptions = {
  calcs: [],
  displayMode: LegendDisplayMode.List,
  placement: 'bottom',
  showLegend: true,
};
const DEFAULTS = {
  xField: undefined as string | undefined,
  orientation: VizOrientation.Auto,
  stacking: 'none' as Stacking,
  showValue: VisibilityMode.Auto,
  groupWidth: 0.7,
  barWidth: 0.97,
  legend: LEGEND,
};
const FONT_PX = 12;
/** Room for marks above and below Vietnamese letters. */
const LINE_PX = 20;
const GAP_PX = 6;
const TICK_SPACE_PX = 60;
const LONGEST_NAME_PX = 110;
/** Letters are set a little wider on the page than they are measured. */
const MEASURED_SLACK = 1.06;

export function BarChartPanel({ panel, frames, width, height, theme }: PanelProps) {
  const options = optionsOf(panel, DEFAULTS);
  const frame = frames[0];
  if (frame === undefined) return null;
  const legend = { ...LEGEND, ...options.legend };
  const { names, series } = columnsOf(frame, options.xField);
  const items = series.map((field) => ({
    label: getFieldDisplayName(field, frame, frames),
    color: getFieldSeriesColor(field, theme).color,
    yAxis: 1,
  }));
  return (
    <VizLayout
      width={width}
      height={height}
      legend={
        legend.showLegend && items.length > 1 ? (
          <VizLayout.Legend placement={legend.placement}>
            <VizLegend placement={legend.placement} items={items} displayMode={legend.displayMode} readonly />
          </VizLayout.Legend>
        ) : null
      }
    >
      {(width: number, height: number) => (
        <Bars
          options={options}
          names={names}
          series={series}
          labels={items.map(({ label }) => label)}
          width={width}
          height={height}
          theme={theme}
        />
      )}
    </VizLayout>
  );
}

interface BarsProps {
  readonly options: typeof DEFAULTS;
  readonly names: readonly string[];
  readonly series: readonly Field[];
  readonly labels: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly theme: GrafanaTheme2;
}

function Bars({ options, names, series, labels, width, height, theme }: BarsProps) {
  const lying = options.orientation === VizOrientation.Horizontal;
  const request = {
    ...options,
    series: series.map(({ values }) => values as (number | null)[]),
    categories: names.length,
  };
  const first = series[0];
  const { min, max } = extent(request);
  const ticks = numberTicks(
    first?.config.min ?? min,
    first?.config.max ?? max,
    (lying ? width : height) / TICK_SPACE_PX
  );
  const lowest = ticks[0] ?? 0;
  const highest = ticks.at(-1) ?? 1;
  const tickText = (value: number): string =>
    options.stacking === 'percent' ? `${Math.round(value * 100)}%` : valueText(first, value);
  const left = Math.min(width * 0.4, textRoom(lying ? names : ticks.map(tickText)) + GAP_PX);
  const top = lying ? 0 : LINE_PX;
  const across = Math.max(1, width - left - (lying ? 40 : 0));
  const up = Math.max(1, height - top - LINE_PX - GAP_PX);
  const slotPx = (lying ? up : across) / Math.max(1, names.length);
  const nameRoom = Math.min(LONGEST_NAME_PX, textRoom(names)) + 2 * GAP_PX;
  const every = Math.max(1, Math.ceil((lying ? LINE_PX : nameRoom) / slotPx));
  const at = (share: number): number => (lying ? left + share * across : top + (1 - share) * up);
  const along = (share: number): number => (lying ? top + share * up : left + share * across);

  return (
    <svg
      width={width}
      height={height}
      fontSize={FONT_PX}
      fontFamily={theme.typography.fontFamily}
      fill={theme.colors.text.primary}

      role="img"
      aria-label={labels.join(', ')}
    >
      {ticks.map((value) => {
        const place = at((value - lowest) / (highest - lowest || 1));
        return lying ? (
          <g key={value}>
            <line x1={place} x2={place} y1={0} y2={up} stroke={theme.colors.border.weak} />
            <text x={place} y={height - GAP_PX} textAnchor="middle">
              {tickText(value)}
            </text>
          </g>
        ) : (
          <g key={value}>
            <line x1={left} x2={width} y1={place} y2={place} stroke={theme.colors.border.weak} />
            <text x={left - GAP_PX} y={place} textAnchor="end" dominantBaseline="central">
              {tickText(value)}
            </text>
          </g>
        );
      })}
      {barsOf(request, lowest, highest).map((bar) => (
        <BarMark
          key={`${bar.series}-${bar.category}`}
          bar={bar}
          field={series[bar.series]}
          name={names[bar.category] ?? ''}
          label={labels[bar.series] ?? ''}
          lying={lying}
          along={along}
          at={at}
          options={options}
          theme={theme}
        />
      ))}
      {names.map((name, index) =>
        index % every === 0 ? (
          <text
            key={index}
            x={lying ? left - GAP_PX : along((index + 0.5) / names.length)}
            y={lying ? along((index + 0.5) / names.length) : height - GAP_PX}
            textAnchor={lying ? 'end' : 'middle'}
            dominantBaseline={lying ? 'central' : undefined}
          >
            {fitted(name, lying ? left - GAP_PX : slotPx * every - GAP_PX)}
          </text>
        ) : null
      )}
    </svg>
  );
}

interface BarMarkProps {
  readonly bar: Bar;
  readonly field: Field | undefined;
  readonly name: string;
  readonly label: string;
  readonly lying: boolean;
  readonly along: (share: number) => number;
  readonly at: (share: number) => number;
  readonly options: typeof DEFAULTS;
  readonly theme: GrafanaTheme2;
}

function BarMark({ bar, field, name, label, lying, along, at, options, theme }: BarMarkProps) {
  if (field === undefined) return null;
  const text = valueText(field, bar.value);
  const start = along(bar.start);
  const size = along(bar.start + bar.size) - start;
  const near = Math.min(at(bar.low), at(bar.high));
  const length = Math.abs(at(bar.high) - at(bar.low));
  const fill = getFieldSeriesColor(field, theme).color;
  const roomy = options.stacking === 'none' && (lying ? size >= FONT_PX : size > textPx(text));
  const written = options.showValue === VisibilityMode.Always || (options.showValue !== VisibilityMode.Never && roomy);
  return (
    <g>
      <title>{`${name} – ${label}: ${text}`}</title>
      <rect
        x={lying ? near : start}
        y={lying ? start : near}
        width={lying ? length : size}
        height={lying ? size : length}
        fill={fill}
        fillOpacity={0.85}
      />
      {written && (
        <text
          x={lying ? near + length + 4 : start + size / 2}
          y={lying ? start + size / 2 : near - 4}
          textAnchor={lying ? 'start' : 'middle'}
          dominantBaseline={lying ? 'central' : undefined}
        >
          {text}
        </text>
      )}
    </g>
  );
}

/** The field that names the bars (the one asked for, else the first text or time), and the numbers to draw. */
function columnsOf(
  frame: DataFrame,
  xField: string | undefined
): { readonly names: readonly string[]; readonly series: readonly Field[] } {
  const named = frame.fields.find(
    (field) => xField !== undefined && (field.name === xField || getFieldDisplayName(field, frame) === xField)
  );
  const x =
    named ??
    frame.fields.find(({ type }) => type === FieldType.string) ??
    frame.fields.find(({ type }) => type === FieldType.time);
  const series = frame.fields.filter(
    (field) =>
      field !== x &&
      field.type === FieldType.number &&
      (field.config.custom as { hideFrom?: { viz?: boolean } } | undefined)?.hideFrom?.viz !== true
  );
  const names = (x?.values ?? []).map((value: unknown) =>
    x?.display === undefined ? String(value) : formattedValueToString(x.display(value))
  );
  return { names, series };
}

function valueText(field: Field | undefined, value: number): string {
  return field?.display === undefined ? String(value) : formattedValueToString(field.display(value));
}

const textPx = (text: string): number => measureText(text, FONT_PX).width * MEASURED_SLACK;

const textRoom = (texts: readonly string[]): number => Math.max(0, ...texts.map(textPx));

function fitted(text: string, px: number): string {
  if (textPx(text) <= px) return text;
  let kept = text;
  while (kept.length > 1 && textPx(`${kept}…`) > px) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}
