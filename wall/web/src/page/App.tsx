import { ThemeContext } from '@grafana/data';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useMemo } from 'react';

import { setComponentLanguage } from '../i18n/componentWords';
import { type Words, wordsIn } from '../i18n/words';
import { ConnectionBanner } from './ConnectionBanner';
import { Dashboard } from './Dashboard';
import { useDashboard } from './useDashboard';
import { useNewVersion } from './useNewVersion';
import { type Connection, useStatus } from './useStatus';
import { useWallState } from './useWallState';
import { wallTheme } from './wallTheme';

/** The page: chooses the dashboard that the address names, and keeps trying until the server gives it. */
export function App() {
  const { state, change, followLink } = useWallState();
  const { uid, lang, theme: mode } = state;
  const words = wordsIn(lang);
  const theme = useMemo(() => wallTheme(mode), [mode]);
  const connection = useStatus(lang);
  const { uid: shown, dashboard, entries, failure } = useDashboard(uid, lang);

  useNewVersion(connection.lost);
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
          <Dashboard
            key={shown}
            uid={shown}
            dashboard={dashboard}
            entries={entries}
            state={state}
            change={change}
            connection={connection}
            theme={theme}
          />
        )}
      </div>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function Opening({
  words,
  failure,
  connection,
}: {
  readonly words: Words;
  readonly failure: string | null;
  readonly connection: Connection;
}) {
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
