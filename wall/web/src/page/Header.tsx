import { dateTimeFormat } from '@grafana/data';

import type { DashboardEntry } from '../api/contract';
import type { DashboardJson } from '../dashboard/model';
import type { Words } from '../i18n/words';
import type { RawRange } from '../time/ranges';
import type { WallState } from '../url/wallState';
import { DataAges } from './DataAges';
import { RangePicker } from './RangePicker';
import type { Connection } from './useStatus';
import type { ChangeWallState } from './useWallState';
import type { Variable } from './useVariables';
import { VariablePicker } from './VariablePicker';

interface Props {
  readonly state: WallState;
  readonly change: ChangeWallState;
  readonly entries: readonly DashboardEntry[];
  readonly dashboard: DashboardJson;
  readonly range: RawRange;
  readonly dashboardRange: RawRange;
  readonly variables: readonly Variable[];
  readonly connection: Connection;
  readonly timeZone: string;
  readonly now: number;
  readonly words: Words;
}

export function Header(props: Props) {
  const { state, change, entries, dashboard, connection, timeZone, now, words } = props;
  const clock = dateTimeFormat(now + connection.clockOffsetMs, { timeZone, format: 'HH:mm:ss DD/MM/YYYY' });
  return (
    <header className="wall-header">
      <h1>{dashboard.title}</h1>
      {!state.kiosk && (
        <div className="controls">
          {entries.length > 1 && (
            <label className="control">
              <span className="control-label">{words.dashboards}</span>
              <select data-testid="dashboard" value={dashboard.uid} onChange={({ target }) => change({ uid: target.value, variables: {} })}>
                {entries.map(({ uid, title }) => (
                  <option key={uid} value={uid}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
          )}
          {props.variables.map((variable) => (
            <VariablePicker key={variable.name} variable={variable} words={words} onChange={(values) => change({ variables: { ...state.variables, [variable.name]: values } })} />
          ))}
          <RangePicker range={props.range} dashboardRange={props.dashboardRange} timeZone={timeZone} words={words} onChange={(range) => change({ range })} />
        </div>
      )}
      <div className="wall-state">
        <DataAges connection={connection} now={now} words={words} />
        <time className="clock" data-testid="clock">
          {clock}
        </time>
        <div className="switches">
          <button type="button" lang={state.lang === 'vi' ? 'en' : 'vi'} data-testid="language" title={words.languageTitle} onClick={() => change({ lang: state.lang === 'vi' ? 'en' : 'vi' })}>
            {words.language}
          </button>
          {!state.kiosk && (
            <button type="button" data-testid="theme" onClick={() => change({ theme: state.theme === 'dark' ? 'light' : 'dark' })}>
              {state.theme === 'dark' ? words.light : words.dark}
            </button>
          )}
          <button type="button" data-testid="kiosk" title={state.kiosk ? words.leaveKiosk : words.kiosk} aria-label={state.kiosk ? words.leaveKiosk : words.kiosk} onClick={() => turnKiosk(!state.kiosk, change)}>
            ⛶
          </button>
        </div>
      </div>
    </header>
  );
}

function turnKiosk(kiosk: boolean, change: ChangeWallState): void {
  change({ kiosk });
  // A browser that refuses full screen still shows the kiosk page.
  const turned = kiosk ? document.documentElement.requestFullscreen() : document.fullscreenElement === null ? null : document.exitFullscreen();
  turned?.catch(() => undefined);
}
