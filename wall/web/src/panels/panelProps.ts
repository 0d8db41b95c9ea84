import type { DataFrame, FieldConfigSource, GrafanaTheme2, InterpolateFunction, TimeRange } from '@grafana/data';

import type { PanelJson } from '../dashboard/model';
import type { Words } from '../i18n/words';

/** What a panel type draws from. `frames` are prepared: overrides applied, text localised. */
export interface PanelProps {
  readonly panel: PanelJson;
  readonly frames: DataFrame[];
  readonly fieldConfig: FieldConfigSource;
  /** Changes when fields come, go or change, and not when only their values do. */
  readonly structureRev: number;
  readonly width: number;
  readonly height: number;
  readonly timeRange: TimeRange;
  readonly timeZone: string;
  readonly theme: GrafanaTheme2;
  readonly words: Words;
  readonly replaceVariables: InterpolateFunction;
}

/** The panel's options over `defaults`; a dashboard states only what differs from Grafana's own. */
export const optionsOf = <Options extends object>(panel: PanelJson, defaults: Options): Options => ({
  ...defaults,
  ...(panel.options as Partial<Options> | undefined),
});
