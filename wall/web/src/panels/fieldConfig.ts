/** What Grafana's panels bring along and its packages leave out: the registry of field options, and their defaults. */
import {
  displayNameOverrideProcessor,
  FieldColorModeId,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  identityOverrideProcessor,
  numberOverrideProcessor,
  stringOverrideProcessor,
  ThresholdsMode,
  thresholdsOverrideProcessor,
} from '@grafana/data';
import {
  AxisPlacement,
  BarAlignment,
  GraphDrawStyle,
  GraphGradientMode,
  GraphThresholdsStyleMode,
  LineInterpolation,
  StackingMode,
  TableCellDisplayMode,
  VisibilityMode,
} from '@grafana/schema';

type Process = FieldConfigPropertyItem['process'];

/** Field option -> how its value is read. */
const STANDARD: Readonly<Record<string, Process>> = {
  displayName: displayNameOverrideProcessor,
  description: stringOverrideProcessor,
  unit: identityOverrideProcessor,
  min: numberOverrideProcessor,
  max: numberOverrideProcessor,
  fieldMinMax: identityOverrideProcessor,
  decimals: numberOverrideProcessor,
  color: identityOverrideProcessor,
  noValue: stringOverrideProcessor,
  links: identityOverrideProcessor,
  actions: identityOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  mappings: identityOverrideProcessor,
  filterable: identityOverrideProcessor,
};

/** Options of the panel itself (custom.*), where the dashboard says nothing. */
const CUSTOM_DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  timeseries: {
    drawStyle: GraphDrawStyle.Line,
    lineInterpolation: LineInterpolation.Linear,
    lineWidth: 1,
    fillOpacity: 0,
    gradientMode: GraphGradientMode.None,
    barAlignment: BarAlignment.Center,
    barWidthFactor: 0.6,
    stacking: { mode: StackingMode.None, group: 'A' },
    axisPlacement: AxisPlacement.Auto,
    axisGridShow: true,
    showPoints: VisibilityMode.Auto,
    pointSize: 5,
    spanNulls: false,
    insertNulls: false,
    thresholdsStyle: { mode: GraphThresholdsStyleMode.Off },
  },
  table: { align: 'auto', cellOptions: { type: TableCellDisplayMode.Auto }, inspect: false },
  'state-timeline': { lineWidth: 0, fillOpacity: 70 },
  barchart: { lineWidth: 1, fillOpacity: 80, axisGridShow: true, axisPlacement: AxisPlacement.Auto },
};

const COLOR_DEFAULTS: Readonly<Record<string, FieldColorModeId>> = {
  timeseries: FieldColorModeId.PaletteClassic,
  barchart: FieldColorModeId.PaletteClassic,
};

/** The dashboard's field config with the panel's defaults beneath it, and JSON's null for -Infinity put right. */
export function completeFieldConfig(type: string, source: FieldConfigSource | undefined): FieldConfigSource {
  const defaults = source?.defaults ?? {};
  return {
    defaults: {
      color: { mode: COLOR_DEFAULTS[type] ?? FieldColorModeId.Thresholds },
      ...defaults,
      thresholds: lowestStep(defaults.thresholds) ?? {
        mode: ThresholdsMode.Absolute,
        steps: [{ value: -Infinity, color: 'text' }],
      },
      custom: { ...CUSTOM_DEFAULTS[type], ...defaults.custom },
    },
    overrides: (source?.overrides ?? []).map((rule) => ({
      ...rule,
      properties: rule.properties.map((property) =>
        property.id === 'thresholds' ? { ...property, value: lowestStep(property.value) } : property
      ),
    })),
  };
}

function lowestStep<Thresholds extends FieldConfigSource['defaults']['thresholds']>(
  thresholds: Thresholds
): Thresholds {
  if (thresholds === undefined || thresholds === null) return thresholds;
  return {
    ...thresholds,
    steps: thresholds.steps.map((step) => (step.value === null ? { ...step, value: -Infinity } : step)),
  };
}

/** Every option that `config` uses; an option that is missing here would be ignored without a word. */
export function optionsRegistry(config: FieldConfigSource): FieldConfigOptionsRegistry {
  const custom = new Set(Object.keys((config.defaults.custom ?? {}) as object));
  for (const { properties } of config.overrides) {
    for (const { id } of properties) {
      if (id.startsWith('custom.')) custom.add(id.slice('custom.'.length));
    }
  }
  return new FieldConfigOptionsRegistry(() => [
    ...Object.entries(STANDARD).map(([id, process]) => item(id, id, process, false)),
    ...[...custom].map((path) => item(`custom.${path}`, path, identityOverrideProcessor, true)),
  ]);
}

const NoEditor = (): null => null;

const item = (id: string, path: string, process: Process, isCustom: boolean): FieldConfigPropertyItem => ({
  id,
  path,
  name: id,
  isCustom,
  process,
  settings: id === 'displayName' ? { expandTemplateVars: true } : {},
  shouldApply: () => true,
  editor: NoEditor,
  override: NoEditor,
});
