import { useEffect, useMemo, useState } from 'react';

import { readVariables } from '../api/client';
import type { VariableOptions } from '../api/contract';
import type { VariableValues } from '../dashboard/interpolation';
import type { DashboardJson, VariableJson } from '../dashboard/model';
import type { Language } from '../i18n/language';

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly multi: boolean;
  readonly hidden: boolean;
  readonly options: readonly { readonly text: string; readonly value: string }[];
  readonly chosen: readonly string[];
}

export const ALL = '$__all';
const HIDDEN = 2;

/** The dashboard's variables with their options and what is chosen: by the address, else the server, else the dashboard. */
export function useVariables(
  uid: string,
  dashboard: DashboardJson,
  chosen: Readonly<Record<string, readonly string[]>>,
  language: Language,
  allWord: string,
  tick: number
): Variable[] | null {
  const [served, setServed] = useState<Readonly<Record<string, VariableOptions>> | null>(null);
  const queried = (dashboard.templating?.list ?? []).some(({ type }) => type === 'query');
  const missing = served === null;
  const asked = JSON.stringify(chosen);
  useEffect(() => {
    if (!queried) return;
    let stopped = false;
    readVariables(uid, language, chosen)
      .then((answer) => {
        if (!stopped) setServed(answer);
      })
      .catch(() => undefined);
    return () => {
      stopped = true;
    };
  }, [uid, language, asked, queried, missing ? tick : 0]);

  return useMemo(() => {
    if (queried && served === null) return null;
    return (dashboard.templating?.list ?? []).map((json) =>
      variableOf(json, served?.[json.name], chosen[json.name], allWord)
    );
  }, [dashboard, queried, served, chosen, allWord]);
}

export function variableOf(
  json: VariableJson,
  served: VariableOptions | undefined,
  chosen: readonly string[] | undefined,
  allWord: string
): Variable {
  const own = (json.options ?? []).filter(({ value }) => value !== ALL);
  const options = [
    ...(json.includeAll === true ? [{ text: allWord, value: ALL }] : []),
    ...(served?.options ?? own).filter(({ value }) => value !== ALL),
  ];
  const fallback =
    asList(served?.current) ??
    asList(json.current?.value) ??
    asList(constantOf(json)) ??
    options.slice(0, 1).map(({ value }) => value);
  return {
    name: json.name,
    label: json.label ?? json.name,
    multi: json.multi === true,
    hidden: json.hide === HIDDEN || json.type === 'constant' || json.type === 'datasource',
    options,
    chosen: chosen?.every((value) => options.some((option) => option.value === value)) === true ? chosen : fallback,
  };
}

/** Names, values and texts of the variables for titles, links and queries. */
export function valuesOf(variables: readonly Variable[]): VariableValues {
  return Object.fromEntries(
    variables.map(({ name, options, chosen }) => [
      name,
      { value: chosen, text: chosen.map((value) => options.find((option) => option.value === value)?.text ?? value) },
    ])
  );
}

const constantOf = (json: VariableJson): unknown =>
  json.type === 'constant' || json.type === 'textbox' ? json.query : undefined;

function asList(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String);
  return value === undefined || value === null || value === '' ? undefined : [String(value)];
}
