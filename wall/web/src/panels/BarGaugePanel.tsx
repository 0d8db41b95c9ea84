import {
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  VizOrientation,
} from '@grafana/data';
import { BarGaugeDisplayMode, BarGaugeNamePlacement, BarGaugeSizing, BarGaugeValueMode } from '@grafana/schema';
import { BarGauge, VizRepeater } from '@grafana/ui';

import { FigureLink } from './FigureLink';
import { markedFigures } from './figures';
import { optionsOf, type PanelProps } from './panelProps';

const DEFAULTS = {
  displayMode: BarGaugeDisplayMode.Gradient,
  orientation: VizOrientation.Auto,
  showUnfilled: true,
  valueMode: BarGaugeValueMode.Color,
  namePlacement: BarGaugeNamePlacement.Auto,
  sizing: BarGaugeSizing.Auto,
  minVizWidth: 8,
  minVizHeight: 16,
  maxVizHeight: 300,
  text: undefined as { titleSize?: number; valueSize?: number } | undefined,
};
/** Grafana's own limits when sizing is "auto". */
const AUTO_SIZES = { minVizWidth: 8, minVizHeight: 16, maxVizHeight: 300 };
const LCD_SPACING_PX = 2;
const SPACING_PX = 10;

export function BarGaugePanel(props: PanelProps) {
  const { panel, frames, width, height, theme } = props;
  const options = optionsOf(panel, DEFAULTS);
  const sizes = options.sizing === BarGaugeSizing.Manual ? options : AUTO_SIZES;
  const spacing = options.displayMode === BarGaugeDisplayMode.Lcd ? LCD_SPACING_PX : SPACING_PX;
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      getValues={() => markedFigures(props, false)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, width, height, orientation, alignmentFactors }) => (
        <FigureLink figure={value}>
          <BarGauge
            value={value.display}
            display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
            field={value.field}
            width={width}
            height={height}
            orientation={orientation}
            theme={theme}
            itemSpacing={spacing}
            displayMode={options.displayMode}
            showUnfilled={options.showUnfilled}
            valueDisplayMode={options.valueMode}
            namePlacement={options.namePlacement}
            alignmentFactors={alignmentFactors}
            text={options.text}
          />
        </FigureLink>
      )}
      width={width}
      height={height}
      source={frames}
      itemSpacing={spacing}
      renderCounter={props.structureRev}
      orientation={options.orientation}
      minVizWidth={sizes.minVizWidth}
      minVizHeight={sizes.minVizHeight}
      maxVizHeight={sizes.maxVizHeight}
    />
  );
}
