import type { GrafanaTheme2 } from '@grafana/data';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import type { DashboardEntry } from '../api/contract';
import { interpolator } from '../dashboard/interpolation';
import { type DashboardJson, refreshMs, timeZoneOf } from '../dashboard/model';
import { wordsIn } from '../i18n/words';
import { type RawRange, resolveRange } from '../time/ranges';
import type { WallState } from '../url/wallState';
import { ConnectionBanner } from './ConnectionBanner';
import { Grid } from './Grid';
import { Header } from './Header';
import { usePlaylist } from './usePlaylist';
import { useScreen } from './useScreen';
import type { Connection } from './useStatus';
import { useTick } from './useTick';
import { useVariables, valuesOf } from './useVariables';
import type { ChangeWallState } from './useWallState';
import { type WallContext, WallContextProvider } from './wallContext';

const LAST_HOUR: RawRange = { from: 'now-1h', to: 'now' };
const PAGE_PADDING_PX = 8;
/** Fractions of pixels must not bring a scroll bar onto a wall. */
const ROUNDING_PX = 1;

interface Props {
  readonly uid: string;
  readonly dashboard: DashboardJson;
  readonly entries: readonly DashboardEntry[];
  readonly state: WallState;
  readonly change: ChangeWallState;
  readonly connection: Connection;
  readonly theme: GrafanaTheme2;
}

/** One dashboard, live: its header, its banner and its grid of panels. */
export function Dashboard({ uid, dashboard, entries, state, change, connection, theme }: Props) {
  const words = wordsIn(state.lang);
  const timeZone = timeZoneOf(dashboard);
  const everyMs = refreshMs(dashboard);
  const tick = useTick(everyMs, !connection.lost);
  const variables = useVariables(uid, dashboard, state.variables, state.lang, words.all, tick);
  const values = useMemo(() => valuesOf(variables ?? []), [variables]);
  usePlaylist(state.playlistSeconds, uid, entries, change);
  const dashboardRange = dashboard.time ?? LAST_HOUR;
  const rawRange = state.range ?? dashboardRange;
  const offset = useRef(0);
  offset.current = connection.clockOffsetMs;

  const serverNow = useCallback(() => Date.now() + offset.current, []);
  const range = useCallback(
    () => resolveRange(rawRange, serverNow(), timeZone, everyMs),
    [rawRange, serverNow, timeZone, everyMs]
  );
  const replaceVariables = useMemo(
    () =>
      interpolator(values, () => {
        const { from, to } = range();
        return { fromMs: from.valueOf(), toMs: to.valueOf() };
      }),
    [values, range]
  );

  const { status, lost } = connection;
  const context = useMemo<WallContext>(
    () => ({
      uid,
      dashboard,
      variables: values,
      rawRange,
      timeZone,
      language: state.lang,
      words,
      theme,
      status,
      lost,
      tick,
      refreshMs: everyMs,
      resolveRange: range,
      replaceVariables,
      serverNow,
    }),
    [
      uid,
      dashboard,
      values,
      rawRange,
      timeZone,
      state.lang,
      words,
      theme,
      status,
      lost,
      tick,
      everyMs,
      range,
      replaceVariables,
      serverNow,
    ]
  );

  const screen = useScreen();
  const [above, headHeight] = useHeight();
  useEffect(() => {
    document.title = dashboard.title;
  }, [dashboard.title]);

  return (
    <WallContextProvider value={context}>
      <div
        className={`wall ${state.kiosk ? 'kiosk' : ''} ${connection.lost ? 'lost' : ''}`}
        style={{ zoom: screen.scale }}
        data-testid="wall"
        data-tick={tick}
      >
        <div ref={above}>
          <Header
            uid={uid}
            state={state}
            change={change}
            entries={entries}
            dashboard={dashboard}
            range={rawRange}
            dashboardRange={dashboardRange}
            variables={variables ?? []}
            connection={connection}
            timeZone={timeZone}
            words={words}
          />
          <ConnectionBanner connection={connection} words={words} />
        </div>
        {variables !== null && (
          <main style={{ padding: PAGE_PADDING_PX }}>
            <Grid
              panels={dashboard.panels ?? []}
              screen={{
                width: screen.width - 2 * PAGE_PADDING_PX,
                height: screen.height - headHeight - 2 * PAGE_PADDING_PX - ROUNDING_PX,
                fit: state.kiosk,
              }}
            />
          </main>
        )}
      </div>
    </WallContextProvider>
  );
}

/** A reference to hang on an element, and that element's height as it changes. */
function useHeight(): [(element: HTMLElement | null) => void, number] {
  const [height, setHeight] = useState(0);
  const observer = useRef<ResizeObserver | null>(null);
  const reference = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect();
    if (element === null) return;
    observer.current = new ResizeObserver(() => setHeight(element.offsetHeight));
    observer.current.observe(element);
  }, []);
  return [reference, height];
}
