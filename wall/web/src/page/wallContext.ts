import type { GrafanaTheme2, InterpolateFunction, TimeRange } from '@grafana/data';
import { createContext, useContext } from 'react';

import type { WallStatus } from '../api/contract';
import type { VariableValues } from '../dashboard/interpolation';
import type { DashboardJson } from '../dashboard/model';
import type { Language } from '../i18n/language';
import type { Words } from '../i18n/words';
import type { RawRange } from '../time/ranges';

/** What every panel needs to know of the page around it. */
export interface WallContext {
  readonly uid: string;
  readonly dashboard: DashboardJson;
  readonly variables: VariableValues;
  readonly rawRange: RawRange;
  readonly timeZone: string;
  readonly language: Language;
  readonly words: Words;
  readonly theme: GrafanaTheme2;
  readonly status: WallStatus | null;
  readonly lost: boolean;
  /** Goes up by one whenever the figures are to be read again. */
  readonly tick: number;
  readonly refreshMs: number;
  readonly resolveRange: () => TimeRange;
  readonly replaceVariables: InterpolateFunction;
  readonly serverNow: () => number;
}

const Context = createContext<WallContext | null>(null);

export const WallContextProvider = Context.Provider;

export function useWall(): WallContext {
  const context = useContext(Context);
  if (context === null) throw new Error('useWall is for components inside WallContextProvider');
  return context;
}
