import { dateTimeFormat } from '@grafana/data';

import type { DashboardEntry } from '../api/contract';
import { linkAddress, shownLinks } from '../dashboard/links';
import type { DashboardJson } from '../dashboard/model';
import type { Words } from '../i18n/words';
import type { RawRange } from '../time/ranges';
import type { WallState } from '../url/wallState';
import { DataAges } from './DataAges';
import { RangePicker } from './RangePicker';
import { useNow } from './useNow';
import type { Connection } from './useStatus';
import type { ChangeWallState } from './useWallState';
import type { Variable } from './useVariables';
import { VariablePicker } from './VariablePicker';
import { useWall } from './wallContext';

interface Props {
  readonly uid: string;
  readonly state: WallState;
  readonly change: ChangeWallState;
  readonly entries: readonly DashboardEntry[];
  readonly dashboard: DashboardJson;
  readonly range: RawRange;
  readonly dashboardRange: RawRange;
  readonly variables: readonly Variable[];
  readonly connection: Connection;
  readonly timeZone: string;
  readonly words: Words;
}

export function Header(props: Props) {
  const { state, change, dashboard, connection, timeZone, words } = props;
  const otherLanguage = state.lang === 'vi' ? 'en' : 'vi';
  return (
    <header className="wall-header">
      <h1>{dashboard.title}</h1>
      <DataAges connection={connection} words={words} />
      {!state.kiosk && <Controls {...props} />}
      <Clock offsetMs={connection.clockOffsetMs} timeZone={timeZone} />
      <div className="switches">
        <button
          type="button"
          lang={otherLanguage}
          data-testid="language"
          title={words.languageTitle}
          onClick={() => change({ lang: otherLanguage })}
        >
          {words.language}
        </button>
        {!state.kiosk && (
          <button
            type="button"
            data-testid="theme"
            onClick={() => change({ theme: state.theme === 'dark' ? 'light' : 'dark' })}
          >
            {state.theme === 'dark' ? words.light : words.dark}
          </button>
        )}
        <button
          type="button"
          data-testid="kiosk"
          title={state.kiosk ? words.leaveKiosk : words.kiosk}
          aria-label={state.kiosk ? words.leaveKiosk : words.kiosk}
          onClick={() => turnKiosk(!state.kiosk, change)}
        >
          <Corners />
        </button>
      </div>
    </header>
  );
}

function Controls({
  uid,
  state,
  change,
  entries,
  dashboard,
  range,
  dashboardRange,
  variables,
  timeZone,
  words,
}: Props) {
  const { replaceVariables } = useWall();
  const links = shownLinks(dashboard);
  return (
    <div className="controls">
      {links.map((link) => (
        <a key={link.title} href={linkAddress(link, replaceVariables)}>
          {link.title}
        </a>
      ))}
      {entries.length > 1 && (
        <label className="control">
          <select
            data-testid="dashboard"
            aria-label={words.dashboards}
            title={words.dashboards}
            value={uid}
            onChange={({ target }) => change({ uid: target.value, variables: {} })}
          >
            {entries.map((entry) => (
              <option key={entry.uid} value={entry.uid}>
                {entry.title}
              </option>
            ))}
          </select>
        </label>
      )}
      {variables.map((variable) => (
        <VariablePicker
          key={variable.name}
          variable={variable}
          words={words}
          onChange={(values) => change({ variables: { ...state.variables, [variable.name]: values } })}
        />
      ))}
      <RangePicker
        range={range}
        dashboardRange={dashboardRange}
        timeZone={timeZone}
        words={words}
        onChange={(chosen) => change({ range: chosen })}
      />
    </div>
  );
}

function Clock({ offsetMs, timeZone }: { readonly offsetMs: number; readonly timeZone: string }) {
  const now = useNow(1_000) + offsetMs;
  return (
    <time className="clock" data-testid="clock">
      {dateTimeFormat(now, { timeZone, format: 'HH:mm:ss DD/MM/YYYY' })}
    </time>
  );
}

const Corners = () => (
  <svg
    width="14"
    height="14"
    viewBox="0 0 14 14"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.6"
    aria-hidden="true"
  >
    <path d="M1 5V1h4M9 1h4v4M13 9v4H9M5 13H1V9" />
  </svg>
);

function turnKiosk(kiosk: boolean, change: ChangeWallState): void {
  change({ kiosk });
  // A browser that refuses full screen still shows the kiosk page.
  const turned = kiosk
    ? document.documentElement.requestFullscreen()
    : document.fullscreenElement === null
      ? null
      : document.exitFullscreen();
  turned?.catch(() => undefined);
}
