/**
 * Asks the wall's server.
 *
 * Errors: Unreachable (no answer within the time limit, or not this server's: the wall keeps its last figures) and
 * Refused (the server answered with an error in the viewer's language).
 */
import type { Language } from '../i18n/language';
import type { DashboardEntry, QueryAnswer, QueryRequest, ServerFault, VariableOptions, WallStatus } from './contract';
import type { DashboardJson } from '../dashboard/model';

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(readonly fault: ServerFault) {
    super(fault.message);
  }
}

const STATUS_LIMIT_MS = 4_000;
const QUERY_LIMIT_MS = 30_000;

export const listDashboards = (lang: Language): Promise<readonly DashboardEntry[]> =>
  ask(`/api/dashboards?lang=${lang}`, QUERY_LIMIT_MS);

export const readDashboard = (uid: string, lang: Language): Promise<DashboardJson> =>
  ask(`/api/dashboards/${encodeURIComponent(uid)}?lang=${lang}`, QUERY_LIMIT_MS);

/** `chosen` (var-name=value&…) decides the options of the variables that depend on others. */
/** `chosen`: the viewer's choices, on which the options of other variables may depend. */
export function readVariables(
  uid: string,
  lang: Language,
  chosen: Readonly<Record<string, readonly string[]>>
): Promise<Record<string, VariableOptions>> {
  const search = new URLSearchParams({ lang });
  for (const [name, values] of Object.entries(chosen)) {
    for (const value of values) search.append(`var-${name}`, value);
  }
  return ask(`/api/variables/${encodeURIComponent(uid)}?${search.toString()}`, QUERY_LIMIT_MS);
}

export const readStatus = (lang: Language): Promise<WallStatus> => ask(`/api/status?lang=${lang}`, STATUS_LIMIT_MS);

export const runQuery = (request: QueryRequest): Promise<QueryAnswer> =>
  ask('/api/query', QUERY_LIMIT_MS, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  });

async function ask<Answer>(address: string, limitMs: number, init: RequestInit = {}): Promise<Answer> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(address, { ...init, signal: AbortSignal.timeout(limitMs) });
    body = await response.json();
  } catch (error) {
    throw new Unreachable(address, { cause: error });
  }
  if (response.ok) return body as Answer;
  const fault = (body as { error?: ServerFault } | null)?.error;
  if (fault?.message === undefined) throw new Unreachable(`${address}: ${response.status}`);
  throw new Refused(fault);
}
