import { type ReactNode } from 'react';

import { linkAddress } from '../dashboard/links';
import type { PanelJson } from '../dashboard/model';
import { ageText } from '../format/age';
import { type Judgement, MARKS } from '../panels/abnormal';
import { useNow } from './useNow';
import type { PanelData } from './usePanelData';
import { useWall } from './wallContext';

const HEADER_PX = 34;
const PADDING_PX = 10;
const BORDER_PX = 1;
const OLD_AFTER_MS = 10_000;
const OLD_AFTER_REFRESHES = 3;

interface Props {
  readonly panel: PanelJson;
  readonly width: number;
  readonly height: number;
  readonly data: PanelData;
  readonly judgement: Judgement;
  readonly children: (innerWidth: number, innerHeight: number) => ReactNode;
}

/** A panel's border and heading: its title, what is wrong with its figures if anything is, and how old they are. */
export function PanelFrame({ panel, width, height, data, judgement, children }: Props) {
  const { words, replaceVariables, lost } = useWall();
  const title = replaceVariables(panel.title ?? '');
  const description = replaceVariables(panel.description ?? '');
  const titled = title !== '';
  const link = panel.links?.[0];
  // A tab in the background has no size until it is looked at.
  const innerWidth = width - 2 * (PADDING_PX + BORDER_PX);
  const innerHeight = height - (titled ? HEADER_PX : PADDING_PX) - PADDING_PX - 2 * BORDER_PX;
  return (
    <section
      className={panel.transparent === true ? 'panel transparent' : 'panel'}
      data-testid={`panel-${panel.id}`}
      data-state={stateOf(data, lost)}
      data-severity={judgement.severity}
      data-as-of={data.asOf ?? undefined}
      aria-label={title}
      style={{ width, height }}
    >
      {titled && (
        <header className="panel-header">
          <h2 title={title}>
            {link === undefined ? title : <a href={linkAddress(link, replaceVariables)}>{title}</a>}
          </h2>
          {description !== '' && (
            <button
              type="button"
              className="panel-info"
              aria-label={`${words.details}: ${description}`}
              title={description}
            >
              i
            </button>
          )}
          <Marks data={data} judgement={judgement} />
        </header>
      )}
      <div className="panel-body" style={{ padding: titled ? `0 ${PADDING_PX}px ${PADDING_PX}px` : PADDING_PX }}>
        {innerWidth > 0 && innerHeight > 0 && children(innerWidth, innerHeight)}
      </div>
    </section>
  );
}

function Marks({ data, judgement }: Pick<Props, 'data' | 'judgement'>) {
  const { words } = useWall();
  const { severity, count } = judgement;
  return (
    <span className="panel-marks">
      {data.asOf !== null && <FigureAge asOf={data.asOf} />}
      {data.fault !== null && data.frames !== null && (
        <span className="mark critical" title={data.fault.message}>
          ⚠ {words.queryFailed}
        </span>
      )}
      {severity !== 'normal' && (
        <span className={`mark ${severity}`} data-testid="severity">
          {MARKS[severity]} {count > 1 && `${count} `}
          {words[severity]}
        </span>
      )}
    </span>
  );
}

/** How old the panel's figures are, once they are older than they should be. */
function FigureAge({ asOf }: { readonly asOf: number }) {
  const { words, serverNow, refreshMs } = useWall();
  useNow(1_000);
  const ageMs = serverNow() - asOf;
  if (ageMs < Math.max(OLD_AFTER_MS, OLD_AFTER_REFRESHES * refreshMs)) return null;
  return (
    <span className="quiet figure-age" data-testid="figure-age">
      {words.asOf(ageText(ageMs / 1_000, words))}
    </span>
  );
}

type PanelState = 'loading' | 'waiting' | 'ready' | 'error' | 'lost';

function stateOf(data: PanelData, lost: boolean): PanelState {
  if (lost) return 'lost';
  if (data.fault !== null) return 'error';
  if (data.frames === null) return 'loading';
  return data.waiting ? 'waiting' : 'ready';
}
