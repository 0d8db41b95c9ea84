import {
  type FieldDisplay,
  formattedValueToString,
  type GrafanaTheme2,
  ThresholdsMode,
  VizOrientation,
} from '@grafana/data';
import { VizRepeater } from '@grafana/ui';

import { arcPath, GAUGE } from './arc';
import { FigureLink } from './FigureLink';
import { markedFigures } from './figures';
import { optionsOf, type PanelProps } from './panelProps';

const DEFAULTS = { orientation: VizOrientation.Auto, showThresholdMarkers: true, minVizWidth: 75, minVizHeight: 75 };
/** A threshold that the figure is not in is only hinted at: colour is for what is abnormal now. */
const FAINT = 0.25;
const TITLE_PX = 22;
const TITLED_FROM_PX = 90;

export function GaugePanel(props: PanelProps) {
  const { panel, frames, width, height, theme } = props;
  const options = optionsOf(panel, DEFAULTS);
  return (
    <VizRepeater<FieldDisplay>
      getValues={() => markedFigures(props, false)}
      renderValue={({ value, width, height, count }) => (
        <FigureLink figure={value}>
          <Gauge
            figure={value}
            titled={(count > 1 || value.field.displayName !== undefined) && height >= TITLED_FROM_PX}
            rim={options.showThresholdMarkers}
            width={width}
            height={height}
            theme={theme}
          />
        </FigureLink>
      )}
      width={width}
      height={height}
      source={frames}
      itemSpacing={8}
      renderCounter={props.structureRev}
      autoGrid
      orientation={options.orientation}
      minVizWidth={options.minVizWidth}
      minVizHeight={options.minVizHeight}
    />
  );
}

interface GaugeProps {
  readonly figure: FieldDisplay;
  readonly titled: boolean;
  /** Show the thresholds as a thin rim outside the arc. */
  readonly rim: boolean;
  readonly width: number;
  readonly height: number;
  readonly theme: GrafanaTheme2;
}

function Gauge({ figure, titled, rim, width, height, theme }: GaugeProps) {
  const { display, field } = figure;
  const min = field.min ?? 0;
  const max = field.max ?? 100;
  const share = (value: number): number => Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
  const text = formattedValueToString(display);
  const drawn = height - (titled ? TITLE_PX : 0);
  const steps = rim && field.thresholds?.mode === ThresholdsMode.Absolute ? field.thresholds.steps : [];
  return (
    <figure style={{ width, height, margin: 0, textAlign: 'center' }}>
      <svg
        width={width}
        height={drawn}
        viewBox={GAUGE.viewBox}
        role="img"
        aria-label={`${display.title ?? ''} ${text}`.trim()}
      >
        <path
          d={arcPath(0, 1, GAUGE.radius)}
          fill="none"
          stroke={theme.colors.background.secondary}
          strokeWidth={GAUGE.thickness}
        />
        {!Number.isNaN(display.numeric) && (
          <path
            d={arcPath(0, share(display.numeric), GAUGE.radius)}
            fill="none"
            stroke={display.color}
            strokeWidth={GAUGE.thickness}
          />
        )}
        {steps.map(({ value, color }, index) => {
          const from = share(Number.isFinite(value) ? value : min);
          const to = share(steps[index + 1]?.value ?? max);
          const holds = display.numeric >= value && !(display.numeric >= (steps[index + 1]?.value ?? Infinity));
          return to > from ? (
            <path
              key={index}
              d={arcPath(from, to, GAUGE.rimRadius)}
              fill="none"
              stroke={theme.visualization.getColorByName(color)}
              strokeWidth={GAUGE.rimThickness}
              strokeOpacity={holds ? 1 : FAINT}
            />
          ) : null;
        })}
        <text
          x="0"
          y={GAUGE.textY}
          textAnchor="middle"
          fontSize={GAUGE.textSize(text.length)}
          fontWeight="500"
          fill={display.color ?? theme.colors.text.primary}
          fontFamily={theme.typography.fontFamily}
        >
          {text}
        </text>
      </svg>
      {titled && (
        <figcaption
          style={{
            height: TITLE_PX,
            lineHeight: `${TITLE_PX}px`,
            overflow: 'hidden',
            whiteSpace: 'nowrap',
            textOverflow: 'ellipsis',
          }}
        >
          {display.title}
        </figcaption>
      )}
    </figure>
  );
}
