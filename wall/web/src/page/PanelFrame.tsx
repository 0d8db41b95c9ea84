import type { DataFrame } from '@grafana/data';
import { type ReactNode } from 'react';

import type { PanelJson } from '../dashboard/model';
import { ageText } from '../format/age';
import { type Severity, severityOf } from '../panels/abnormal';
import type { PanelData } from './usePanelData';
import { useWall } from './wallContext';

const HEADER_PX = 34;
const PADDING_PX = 10;
const BORDER_PX = 1;
const JUDGED = new Set(['stat', 'gauge', 'bargauge']);
const MARKS: Readonly<Record<Exclude<Severity, 'normal'>, string>> = { warning: '▲', critical: '■' };

interface Props {
  readonly panel: PanelJson;
  readonly width: number;
  readonly height: number;
  readonly data: PanelData;
  readonly frames: readonly DataFrame[];
  readonly children: (innerWidth: number, innerHeight: number) => ReactNode;
}

/** A panel's border and heading: its title, what is wrong with its figures if anything is, and how old they are. */
export function PanelFrame({ panel, width, height, data, frames, children }: Props) {
  const { words, replaceVariables, lost, serverNow } = useWall();
  const title = replaceVariables(panel.title ?? '');
  const severity = JUDGED.has(panel.type) ? severityOf(frames) : 'normal';
  const state = stateOf(data, lost);
  const header = title === '' ? 0 : HEADER_PX;
  const age = data.asOf === null ? '' : words.asOf(ageText((serverNow() - data.asOf) / 1_000, words));
  return (
    <section
      className={panel.transparent === true ? 'panel transparent' : 'panel'}
      data-testid={`panel-${panel.id}`}
      data-state={state}
      data-severity={severity}
      data-as-of={data.asOf ?? undefined}
      aria-label={title}
      title={age}
      style={{ width, height }}
    >
      {title !== '' && (
        <header className="panel-header">
          <h2>{title}</h2>
          {panel.description !== undefined && panel.description !== '' && (
            <button type="button" className="panel-info" aria-label={`${words.details}: ${replaceVariables(panel.description)}`} data-tip={replaceVariables(panel.description)}>
              i
            </button>
          )}
          <span className="panel-marks">
            {data.fault !== null && data.frames !== null && (
              <span className="mark critical" title={data.fault.message}>
                ⚠ {words.queryFailed}
              </span>
            )}
            {severity !== 'normal' && (
              <span className={`mark ${severity}`}>
                {MARKS[severity]} {words[severity]}
              </span>
            )}
          </span>
        </header>
      )}
      <div className="panel-body" style={{ padding: title === '' ? PADDING_PX : `0 ${PADDING_PX}px ${PADDING_PX}px` }}>
        {children(
          Math.max(0, width - 2 * (PADDING_PX + BORDER_PX)),
          Math.max(0, height - header - (header === 0 ? 2 : 1) * PADDING_PX - 2 * BORDER_PX)
        )}
      </div>
    </section>
  );
}

type PanelState = 'loading' | 'waiting' | 'ready' | 'error' | 'lost';

function stateOf(data: PanelData, lost: boolean): PanelState {
  if (lost) return 'lost';
  if (data.fault !== null) return 'error';
  if (data.frames === null) return 'loading';
  return data.waiting ? 'waiting' : 'ready';
}
