/** The part of Grafana's dashboard JSON (schemaVersion 41) that the wall reads, and its panels in drawing order. */
import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';

import type { RawRange } from '../time/ranges';

export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PanelLink {
  readonly title: string;
  readonly url: string;
}

/** A link of the whole dashboard. Those of the type "dashboards" are left to the list of dashboards. */
export interface DashboardLink extends PanelLink {
  readonly type?: string;
  readonly keepTime?: boolean;
  readonly includeVars?: boolean;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly targets?: readonly { readonly refId: string; readonly hide?: boolean; readonly format?: number }[];
  readonly fieldConfig?: FieldConfigSource;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly transformations?: readonly DataTransformerConfig[];
  readonly transparent?: boolean;
  readonly collapsed?: boolean;
  readonly panels?: readonly PanelJson[];
  readonly links?: readonly PanelLink[];
  readonly maxDataPoints?: number;
}

export interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly hide?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly query?: unknown;
  readonly current?: { readonly text?: unknown; readonly value?: unknown };
  readonly options?: readonly { readonly text: string; readonly value: string; readonly selected?: boolean }[];
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly tags?: readonly string[];
  readonly timezone?: string;
  readonly refresh?: string;
  readonly time?: RawRange;
  readonly panels?: readonly PanelJson[];
  readonly links?: readonly DashboardLink[];
  readonly templating?: { readonly list?: readonly VariableJson[] };
}

export const PROVINCE_TIME_ZONE = 'Asia/Ho_Chi_Minh';

const REFRESH = /^(\d+)(ms|s|m|h)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DEFAULT_REFRESH_MS = 5_000;
const SHORTEST_REFRESH_MS = 1_000;

/** How often the figures are read, at most once a second. A dashboard that names no interval is read every 5 s. */
export function refreshMs(dashboard: DashboardJson): number {
  const match = REFRESH.exec(dashboard.refresh ?? '');
  if (match === null) return DEFAULT_REFRESH_MS;
  return Math.max(SHORTEST_REFRESH_MS, Number(match[1]) * (UNIT_MS[match[2] ?? 's'] ?? 1_000));
}

/** The dashboard's time zone; the viewer's own is not asked, since a day is the province's day. */
export function timeZoneOf(dashboard: DashboardJson): string {
  const zone = dashboard.timezone ?? '';
  return zone === '' || zone === 'browser' ? PROVINCE_TIME_ZONE : zone;
}
