import { ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';

import { listDashboards, readDashboard, Refused } from '../api/client';
import type { DashboardEntry } from '../api/contract';
import type { DashboardJson } from '../dashboard/model';
import { setComponentLanguage } from '../i18n/componentWords';
import type { Language } from '../i18n/language';
import { type Words, wordsIn } from '../i18n/words';
import { ConnectionBanner } from './ConnectionBanner';
import { Dashboard } from './Dashboard';
import { type Connection, useStatus } from './useStatus';
import { useWallState } from './useWallState';
import { wallTheme } from './wallTheme';

const AGAIN_MS = 2_000;

/** The page: chooses the dashboard that the address names, and keeps trying until the server gives it. */
export function App() {
  const { state, change, followLink } = useWallState();
  const { uid, lang, theme: mode } = state;
  const words = wordsIn(lang);
  const theme = useMemo(() => wallTheme(mode), [mode]);
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
      <div onClick={followLink}>
      {dashboard === null ? (
        <Opening words={words} failure={failure} connection={connection} />
      ) : (
        <Dashboard key={dashboard.uid} dashboard={dashboard} entries={entries} state={state} change={change} connection={connection} theme={theme} />
      )}
      </div>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function Opening({ words, failure, connection }: { readonly words: Words; readonly failure: string | null; readonly connection: Connection }) {
  return (
    <div className="opening">
      {connection.lost && <ConnectionBanner connection={connection} words={words} />}
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

function useDashboard(uid: string | null, lang: Language): Opened {
  const [opened, setOpened] = useState<Opened>({ dashboard: null, entries: [], failure: null });
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = async (): Promise<void> => {
      try {
        const listed = listDashboards(lang);
        const [entries, dashboard] = await Promise.all([listed, uid === null ? listed.then(([home]) => readDashboard(home?.uid ?? '', lang)) : readDashboard(uid, lang)]);
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
