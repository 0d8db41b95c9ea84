/** Puts variables into titles, texts and links: $unit, ${unit}, ${unit:text}, [[unit]]. Queries are filled by the server. */
import {
  type DataFrame,
  type Field,
  formattedValueToString,
  type InterpolateFunction,
  type ScopedVars,
} from '@grafana/data';

export interface VariableValue {
  readonly value: readonly string[];
  readonly text: readonly string[];
}

export type VariableValues = Readonly<Record<string, VariableValue>>;

const REFERENCE = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)((?:\.[^:}]+)*)(?::([^}]+))?\}/g;

/** The range that is shown, for the built-in names that Grafana fills in links. */
export interface ShownRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export function interpolator(variables: VariableValues, shownRange: () => ShownRange): InterpolateFunction {
  return (template, scoped, format) =>
    template.replace(
      REFERENCE,
      (
        whole: string,
        plain?: string,
        square?: string,
        squareFormat?: string,
        braced?: string,
        path?: string,
        bracedFormat?: string
      ) => {
        const name = plain ?? square ?? braced ?? '';
        const how = squareFormat ?? bracedFormat ?? (typeof format === 'string' ? format : undefined);
        return valueOf(name, path ?? '', how, variables, shownRange, scoped) ?? whole;
      }
    );
}

function valueOf(
  name: string,
  path: string,
  format: string | undefined,
  variables: VariableValues,
  shownRange: () => ShownRange,
  scoped?: ScopedVars
): string | undefined {
  if (name === '__data' || name === '__field' || name === '__value')
    return cellText(name, path, scoped?.__dataContext?.value as DataContext | undefined);
  const inScope = scoped?.[name];
  if (inScope !== undefined) return text(atPath(inScope.value, path));
  if (name === '__from') return String(shownRange().fromMs);
  if (name === '__to') return String(shownRange().toMs);
  if (name === '__url_time_range') return `from=${shownRange().fromMs}&to=${shownRange().toMs}`;
  if (name === '__all_variables')
    return Object.keys(variables)
      .map((key) => query(key, variables))
      .filter(Boolean)
      .join('&');
  const variable = variables[name];
  if (variable === undefined) return undefined;
  if (format === 'queryparam') return query(name, variables);
  if (format === 'text') return variable.text.join(', ');
  const joined = variable.value.join(',');
  return format === 'percentencode' ? encodeURIComponent(joined) : joined;
}

/** What a link in a table knows of its cell: the row's other fields, its own name and value. */
interface DataContext {
  readonly frame: DataFrame;
  readonly field: Field;
  readonly rowIndex?: number;
}

const FIELD_PATH = /^\.fields(?:\.(\w+)|\[(?:"([^"]+)"|'([^']+)'|(\d+))\])/;

function cellText(name: string, path: string, context: DataContext | undefined): string | undefined {
  if (context === undefined) return undefined;
  const { frame, field, rowIndex } = context;
  if (name === '__field')
    return path.startsWith('.name') ? field.name : text(atPath(field.labels, path.replace(/^\.labels/, '')));
  const row = rowIndex ?? 0;
  if (name === '__value') {
    const value: unknown = field.values[row];
    return path.startsWith('.text') && field.display !== undefined
      ? formattedValueToString(field.display(value))
      : text(value);
  }
  const [, word, double, single, index] = FIELD_PATH.exec(path) ?? [];
  const wanted = word ?? double ?? single;
  const chosen =
    index !== undefined
      ? frame.fields[Number(index)]
      : frame.fields.find((one) => one.name === wanted || one.state?.displayName === wanted);
  return text(chosen?.values[row]);
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

const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);
