/** From the server's frames to what a panel draws: transformations, overrides, units, thresholds, localised text. */
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  type DataFrameJSON,
  dataFrameFromJSON,
  type DisplayProcessor,
  type Field,
  type FieldConfigSource,
  FieldType,
  getTimeField,
  type GrafanaTheme2,
  type InterpolateFunction,
  MappingType,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import type { PanelJson } from '../dashboard/model';
import { localisedProcessor } from '../format/displayText';
import type { Language } from '../i18n/language';
import { completeFieldConfig, optionsRegistry } from './fieldConfig';
import { splitByNames } from './longFrames';

const TIME_SERIES_FORMAT = 0;

/** Some transformations are listed under an old name and a new one. */
const transformations = [...new Map(Object.values(standardTransformers).map((one) => [one.id, one])).values()];

standardTransformersRegistry.setInit(() =>
  transformations.map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    description: transformation.description ?? '',
    transformation: () => Promise.resolve(transformation),
    editor: () => null,
    imageDark: '',
    imageLight: '',
  }))
);

export interface Presentation {
  readonly theme: GrafanaTheme2;
  readonly timeZone: string;
  readonly language: Language;
  readonly replaceVariables: InterpolateFunction;
}

/** The frames of one answer, in the shape and order that the panel asks for. */
export async function readFrames(
  panel: PanelJson,
  json: readonly DataFrameJSON[],
  replaceVariables: InterpolateFunction
): Promise<DataFrame[]> {
  const asSeries = new Set(
    (panel.targets ?? []).filter(({ format }) => format === TIME_SERIES_FORMAT).map(({ refId }) => refId)
  );
  const frames = json
    .map((frame) => dataFrameFromJSON(frame))
    .flatMap((frame) => (asSeries.has(frame.refId ?? '') ? splitByNames(frame) : [frame]));
  const transformations = (panel.transformations ?? []).filter(({ disabled }) => disabled !== true);
  if (transformations.length === 0) return frames;
  return firstValueFrom(transformDataFrame(transformations, frames, { interpolate: (text) => replaceVariables(text) }));
}

export interface PreparedFrames {
  readonly frames: DataFrame[];
  readonly fieldConfig: FieldConfigSource;
}

export function prepareFrames(
  panel: PanelJson,
  frames: DataFrame[],
  { theme, timeZone, language, replaceVariables }: Presentation
): PreparedFrames {
  const fieldConfig = completeFieldConfig(panel.type, panel.fieldConfig);
  const prepared = applyFieldOverrides({
    data: frames,
    fieldConfig,
    fieldConfigRegistry: optionsRegistry(fieldConfig),
    replaceVariables,
    theme,
    timeZone,
  });
  prepared.forEach((frame, frameIndex) => {
    frame.fields.forEach((field, fieldIndex) => {
      field.state = { ...field.state, origin: { frameIndex, fieldIndex } };
      if (field.type === FieldType.number && field.display !== undefined) {
        field.display = localisedProcessor(withoutFalseColor(field, field.display, theme), language);
      }
    });
  });
  cacheFieldDisplayNames(prepared);
  return { frames: prepared, fieldConfig };
}

/** A figure that is not there takes the colour of the lowest threshold, often red; nothing is neither good nor bad. */
function withoutFalseColor({ config }: Field, display: DisplayProcessor, theme: GrafanaTheme2): DisplayProcessor {
  const meant = (config.mappings ?? []).some(
    (mapping) => mapping.type === MappingType.SpecialValue && mapping.options.result.color !== undefined
  );
  return (value, decimals) => {
    const shown = display(value, decimals);
    const missing = value === null || value === undefined || Number.isNaN(value);
    return missing && !meant ? { ...shown, color: theme.colors.text.primary } : shown;
  };
}

/** Whether there is anything to draw: a row at all, and for figures over time one value that is not null. */
export function hasData(frames: readonly DataFrame[]): boolean {
  return frames.some((frame) => {
    if (frame.length === 0) return false;
    const { timeField } = getTimeField(frame);
    return frame.fields.some(
      (field) => field !== timeField && field.values.some((value) => value !== null && value !== undefined)
    );
  });
}
