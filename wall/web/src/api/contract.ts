/** What the wall's server answers (wall/server.py): the JSON shapes of /api, all times in milliseconds since 1970. */
import type { DataFrameJSON } from '@grafana/data';

export interface DashboardEntry {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
}

export interface QueryRequest {
  readonly dashboard: string;
  readonly panel: number;
  readonly from: number;
  readonly to: number;
  readonly variables: Readonly<Record<string, string | readonly string[]>>;
  readonly intervalMs: number;
  readonly lang: string;
}

export interface QueryAnswer {
  readonly frames: readonly DataFrameJSON[];
  /** When the figures were read from the store. */
  readonly asOf: number;
}

export interface VariableOptions {
  readonly options: readonly { readonly text: string; readonly value: string }[];
  readonly current?: string | readonly string[];
}

/** fresh: as it should be; stale: older than expected; silent: nothing for long; no-data: nothing ever. */
export type StreamState = 'fresh' | 'stale' | 'silent' | 'no-data';

export interface StreamStatus {
  readonly stream: string;
  readonly label: string;
  readonly ageSeconds: number | null;
  readonly abnormalAfterSeconds: number;
  readonly state: StreamState;
}

export interface WallStatus {
  readonly now: number;
  readonly streams: readonly StreamStatus[];
  readonly store: { readonly ok: boolean };
  readonly message: string | null;
}

export interface ServerFault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
