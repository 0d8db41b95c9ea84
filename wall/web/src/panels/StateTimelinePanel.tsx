import {
  type DataFrame,
  type Field,
  FieldType,
  formattedValueToString,
  getDisplayProcessor,
  getFieldDisplayName,
  getTimeField,
} from '@grafana/data';
import { VisibilityMode } from '@grafana/schema';
import { measureText } from '@grafana/ui';

import { optionsOf, type PanelProps } from './panelProps';
import { type Segment, segmentsOf } from './segments';
import { timeTicks } from './ticks';

const DEFAULTS = { mergeValues: true, rowHeight: 0.9, showValue: VisibilityMode.Auto };
const FONT_PX = 12;
const AXIS_PX = 24;
const TICK_SPACE_PX = 90;
const LABEL_GAP_PX = 8;
/** Text on a coloured ground, of either theme. */
const DARK_INK = '#111217';
const LIGHT_INK = '#ffffff';

interface Row {
  readonly name: string;
  readonly field: Field;
  readonly segments: readonly Segment[];
}

export function StateTimelinePanel({ panel, frames, width, height, timeRange, timeZone, theme }: PanelProps) {
  const options = optionsOf(panel, DEFAULTS);
  const from = timeRange.from.valueOf();
  const to = timeRange.to.valueOf();
  const rows = rowsOf(frames, to, options.mergeValues);
  const labels = Math.min(
    width * 0.35,
    Math.max(0, ...rows.map(({ name }) => measureText(name, FONT_PX).width)) + LABEL_GAP_PX
  );
  const across = Math.max(0, width - labels);
  const x = (ms: number): number => labels + ((Math.min(to, Math.max(from, ms)) - from) / (to - from || 1)) * across;
  const rowPx = Math.max(0, height - AXIS_PX) / Math.max(1, rows.length);
  const barPx = rowPx * options.rowHeight;

  return (
    <svg
      width={width}
      height={height}
      fontSize={FONT_PX}
      fontFamily={theme.typography.fontFamily}
      role="img"
      aria-label={panel.title}
    >
      {timeTicks(from, to, across / TICK_SPACE_PX, timeZone).map(({ value, text }) => (
        <g key={value}>
          <line x1={x(value)} x2={x(value)} y1={0} y2={height - AXIS_PX} stroke={theme.colors.border.weak} />
          <text
            x={x(value)}
            y={height - 6}
            textAnchor={x(value) > width - 24 ? 'end' : 'middle'}
            fill={theme.colors.text.primary}
          >
            {text}
          </text>
        </g>
      ))}
      {rows.map(({ name, field, segments }, index) => {
        const top = index * rowPx + (rowPx - barPx) / 2;
        const display = field.display ?? getDisplayProcessor({ field, theme, timeZone });
        return (
          <g key={name}>
            <text x={0} y={index * rowPx + rowPx / 2} dominantBaseline="central" fill={theme.colors.text.primary}>
              {name}
            </text>
            {segments.map(({ value, from: start, to: end }) => {
              const shown = display(value);
              const text = formattedValueToString(shown);
              const left = x(start);
              const wide = x(end) - left;
              const written = options.showValue === VisibilityMode.Never ? '' : fitting(text, wide - 8);
              return wide <= 0 ? null : (
                <g key={start}>
                  <title>{`${name}: ${text}`}</title>
                  <rect
                    x={left}
                    y={top}
                    width={wide}
                    height={barPx}
                    fill={shown.color ?? theme.colors.secondary.main}
                    stroke={theme.colors.background.primary}
                  />
                  {written !== '' && (
                    <text
                      x={left + wide / 2}
                      y={top + barPx / 2}
                      textAnchor="middle"
                      dominantBaseline="central"
                      fill={inkOn(shown.color)}
                    >
                      {written}
                    </text>
                  )}
                </g>
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

function rowsOf(frames: readonly DataFrame[], end: number, merge: boolean): Row[] {
  return frames.flatMap((frame) => {
    const { timeField } = getTimeField(frame);
    if (timeField === undefined) return [];
    return frame.fields
      .filter((field) => field !== timeField && field.type !== FieldType.time)
      .map((field) => ({
        name: getFieldDisplayName(field, frame, [...frames]),
        field,
        segments: segmentsOf(timeField.values as number[], field.values as unknown[], end, merge),
      }));
  });
}

/** The whole text, or in a narrow place the symbol before it, so that colour never stands alone. */
function fitting(text: string, px: number): string {
  if (measureText(text, FONT_PX).width <= px) return text;
  const symbol = /^\p{S}/u.exec(text)?.[0] ?? '';
  return measureText(symbol, FONT_PX).width <= px ? symbol : '';
}

/** Dark letters on a light ground and light ones on a dark: whichever stands out more. */
function inkOn(color: string | undefined): string {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color ?? '');
  if (match === null) return LIGHT_INK;
  const [red = 0, green = 0, blue = 0] = match.slice(1).map((part) => {
    const share = parseInt(part, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.18 ? DARK_INK : LIGHT_INK;
}
