/** What a viewer has chosen, kept in the address so that it can be sent to somebody, in Grafana's own parameter names. */
import { isLanguage, type Language } from '../i18n/language';
import type { RawRange } from '../time/ranges';

export type ThemeMode = 'dark' | 'light';

export interface WallState {
  /** null: the first dashboard of the list. */
  readonly uid: string | null;
  readonly lang: Language;
  readonly theme: ThemeMode;
  readonly kiosk: boolean;
  /** Seconds until the next dashboard is shown; null: the wall stays on one. */
  readonly playlistSeconds: number | null;
  /** null: the range that the dashboard itself names. */
  readonly range: RawRange | null;
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/** What the browser remembers between visits; the address wins over it. */
export interface Remembered {
  readonly lang: string | null;
  readonly theme: string | null;
}

const VARIABLE = 'var-';

export function readWallState(address: URL, remembered: Remembered): WallState {
  const search = address.searchParams;
  const variables: Record<string, string[]> = {};
  for (const [name, value] of search) {
    if (name.startsWith(VARIABLE)) (variables[name.slice(VARIABLE.length)] ??= []).push(value);
  }
  const lang = search.get('lang') ?? remembered.lang;
  const theme = search.get('theme') ?? remembered.theme;
  const from = search.get('from');
  const to = search.get('to');
  const uid = /^\/d\/([^/]+)/.exec(address.pathname)?.[1];
  return {
    uid: uid === undefined ? null : decodeURIComponent(uid),
    lang: isLanguage(lang) ? lang : 'vi',
    theme: theme === 'light' ? 'light' : 'dark',
    kiosk: search.has('kiosk'),
    playlistSeconds: playlistSeconds(search.get('playlist')),
    range: from !== null && to !== null ? { from, to } : null,
    variables,
  };
}

const SHORTEST_STAY_SECONDS = 5;

function playlistSeconds(text: string | null): number | null {
  const seconds = Number.parseInt(text ?? '', 10);
  return Number.isNaN(seconds) ? null : Math.max(SHORTEST_STAY_SECONDS, seconds);
}

/** The path and query of `state`: everything that differs from a first visit. */
export function writeWallState(state: WallState): string {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(state.variables)) {
    for (const value of values) search.append(VARIABLE + name, value);
  }
  if (state.range !== null) {
    search.set('from', state.range.from);
    search.set('to', state.range.to);
  }
  if (state.lang !== 'vi') search.set('lang', state.lang);
  if (state.theme !== 'dark') search.set('theme', state.theme);
  if (state.playlistSeconds !== null) search.set('playlist', String(state.playlistSeconds));
  if (state.kiosk) search.set('kiosk', '');
  const path = state.uid === null ? '/' : `/d/${encodeURIComponent(state.uid)}`;
  const query = search.toString().replace('kiosk=', 'kiosk');
  return query === '' ? path : `${path}?${query}`;
}
