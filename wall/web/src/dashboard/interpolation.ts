/** Puts variables into titles, texts and links: $unit, ${unit}, ${unit:text}, [[unit]]. Queries are filled by the server. */
import type { InterpolateFunction, ScopedVars } from '@grafana/data';

export interface VariableValue {
  readonly value: readonly string[];
  readonly text: readonly string[];
}

export type VariableValues = Readonly<Record<string, VariableValue>>;

const REFERENCE = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)((?:\.[^:}]+)*)(?::([^}]+))?\}/g;

/** Built-in names that Grafana fills in links. */
export interface BuiltIns {
  readonly fromMs: number;
  readonly toMs: number;
}

export function interpolator(variables: VariableValues, builtIns: BuiltIns): InterpolateFunction {
  return (template, scoped, format) =>
    template.replace(REFERENCE, (whole: string, plain?: string, square?: string, squareFormat?: string, braced?: string, path?: string, bracedFormat?: string) => {
      const name = plain ?? square ?? braced ?? '';
      const how = squareFormat ?? bracedFormat ?? (typeof format === 'string' ? format : undefined);
      return valueOf(name, path ?? '', how, variables, builtIns, scoped) ?? whole;
    });
}

function valueOf(
  name: string,
  path: string,
  format: string | undefined,
  variables: VariableValues,
  { fromMs, toMs }: BuiltIns,
  scoped?: ScopedVars
): string | undefined {
  const inScope = scoped?.[name];
  if (inScope !== undefined) return text(atPath(inScope.value, path));
  if (name === '__from') return String(fromMs);
  if (name === '__to') return String(toMs);
  if (name === '__url_time_range') return `from=${fromMs}&to=${toMs}`;
  if (name === '__all_variables') return Object.keys(variables).map((key) => query(key, variables)).filter(Boolean).join('&');
  const variable = variables[name];
  if (variable === undefined) return undefined;
  if (format === 'queryparam') return query(name, variables);
  if (format === 'text') return variable.text.join(', ');
  const joined = variable.value.join(',');
  return format === 'percentencode' ? encodeURIComponent(joined) : joined;
}

const query = (name: string, variables: VariableValues): string =>
  (variables[name]?.value ?? []).map((value) => `var-${name}=${encodeURIComponent(value)}`).join('&');

function atPath(value: unknown, path: string): unknown {
  let at = value;
  for (const key of path.split('.').filter(Boolean)) {
    if (at === null || typeof at !== 'object') return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

const text = (value: unknown): string | undefined => (value === undefined || value === null ? undefined : String(value));
