import {
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  VizOrientation,
} from '@grafana/data';
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  VizRepeater,
} from '@grafana/ui';

import { FigureLink } from './FigureLink';
import { markedFigures } from './figures';
import { optionsOf, type PanelProps } from './panelProps';

const DEFAULTS = {
  colorMode: BigValueColorMode.Value,
  graphMode: BigValueGraphMode.Area,
  justifyMode: BigValueJustifyMode.Auto,
  textMode: BigValueTextMode.Auto,
  orientation: VizOrientation.Auto,
  wideLayout: true,
  text: undefined as { titleSize?: number; valueSize?: number } | undefined,
};

export function StatPanel(props: PanelProps) {
  const { panel, frames, width, height, theme } = props;
  const options = optionsOf(panel, DEFAULTS);
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      getValues={() => markedFigures(props, options.graphMode !== BigValueGraphMode.None)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, width, height, alignmentFactors, count }) => (
        <FigureLink figure={value}>
          <BigValue
            value={value.display}
            sparkline={value.sparkline}
            count={count}
            width={width}
            height={height}
            theme={theme}
            colorMode={options.colorMode}
            graphMode={options.graphMode}
            justifyMode={options.justifyMode}
            textMode={options.textMode}
            alignmentFactors={alignmentFactors}
            text={options.text}
            disableWideLayout={!options.wideLayout}
          />
        </FigureLink>
      )}
      width={width}
      height={height}
      source={frames}
      itemSpacing={3}
      renderCounter={props.structureRev}
      autoGrid
      orientation={options.orientation}
    />
  );
}
