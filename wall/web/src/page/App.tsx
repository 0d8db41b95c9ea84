import { createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';

import { listDashboards, readDashboard, Refused } from '../api/client';
import type { DashboardEntry } from '../api/contract';
import type { DashboardJson } from '../dashboard/model';
import { setComponentLanguage } from '../i18n/componentWords';
import { wordsIn } from '../i18n/words';
import { ConnectionBanner } from './ConnectionBanner';
import { Dashboard } from './Dashboard';
import { useNow } from './useNow';
import { useStatus } from './useStatus';
import { useWallState } from './useWallState';

const AGAIN_MS = 2_000;

/** The page: chooses the dashboard that the address names, and keeps trying until the server gives it. */
export function App() {
  const [state, change] = useWallState();
  const { uid, lang, theme: mode } = state;
  const words = wordsIn(lang);
  const theme = useMemo(() => createTheme({ colors: { mode } }), [mode]);
  const connection = useStatus(lang);
  const { dashboard, entries, failure } = useDashboard(uid, lang);

  useMemo(() => setComponentLanguage(lang), [lang]);
  useEffect(() => {
    document.documentElement.lang = lang;
    document.documentElement.dataset.theme = mode;
  }, [lang, mode]);

  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      {dashboard === null ? (
        <Opening words={words} failure={failure} lost={connection.lost} connection={connection} />
      ) : (
        <Dashboard key={dashboard.uid} dashboard={dashboard} entries={entries} state={state} change={change} connection={connection} theme={theme} />
      )}
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function Opening({ words, failure, lost, connection }: { readonly words: ReturnType<typeof wordsIn>; readonly failure: string | null; readonly lost: boolean; readonly connection: ReturnType<typeof useStatus> }) {
  const now = useNow(1_000);
  return (
    <div className="opening">
      {lost && <ConnectionBanner connection={connection} now={now} words={words} />}
      <p>{failure === null ? words.loading : `⚠ ${words.dashboardMissing}: ${failure}`}</p>
      {failure !== null && (
        <p>
          <a href="/">{words.dashboards}</a>
        </p>
      )}
    </div>
  );
}

interface Opened {
  readonly dashboard: DashboardJson | null;
  readonly entries: readonly DashboardEntry[];
  readonly failure: string | null;
}

function useDashboard(uid: string | null, lang: ReturnType<typeof useWallState>[0]['lang']): Opened {
  const [opened, setOpened] = useState<Opened>({ dashboard: null, entries: [], failure: null });
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = async (): Promise<void> => {
      try {
        const entries = await listDashboards(lang);
        const wanted = uid ?? entries[0]?.uid ?? '';
        const dashboard = await readDashboard(wanted, lang);
        if (!stopped) setOpened({ dashboard, entries, failure: null });
      } catch (error) {
        if (stopped) return;
        if (error instanceof Refused) setOpened((last) => ({ ...last, dashboard: null, failure: error.message }));
        timer = setTimeout(() => void open(), AGAIN_MS);
      }
    };
    void open();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [uid, lang]);
  return opened;
}
