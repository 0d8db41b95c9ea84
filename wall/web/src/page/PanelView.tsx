import { compareArrayValues, compareDataFrameStructures, type DataFrame } from '@grafana/data';
import { useMemo, useRef } from 'react';

import type { PlacedPanel } from '../dashboard/layout';
import { judge } from '../panels/figures';
import { hasData, prepareFrames } from '../panels/prepare';
import { PANEL_TYPES } from '../panels/panelTypes';
import { NoData } from './NoData';
import { PanelBoundary } from './PanelBoundary';
import { PanelFrame } from './PanelFrame';
import { usePanelData } from './usePanelData';
import { useWall } from './wallContext';

/** One panel with its figures: asks for them, prepares them, and draws them or says why it cannot. */
export function PanelView({ placed }: { readonly placed: PlacedPanel }) {
  const { panel, width, height } = placed;
  const context = useWall();
  const { theme, timeZone, language, replaceVariables, words } = context;
  const data = usePanelData(panel, width, context);
  const prepared = useMemo(
    () => prepareFrames(panel, data.frames ?? [], { theme, timeZone, language, replaceVariables }),
    // Variables change together with the figures they ask for.
    [panel, data.frames, theme, timeZone, language]
  );
  const structureRev = useStructureRevision(prepared.frames);
  const judgement = useMemo(
    () => judge({ ...prepared, panel, theme, timeZone, replaceVariables }),
    [prepared, panel, theme, timeZone, replaceVariables]
  );
  const Drawing = PANEL_TYPES[panel.type];
  const asks = (panel.targets ?? []).some(({ hide }) => hide !== true);

  return (
    <PanelFrame panel={panel} width={width} height={height} data={data} judgement={judgement}>
      {(innerWidth, innerHeight) => {
        if (Drawing === undefined) return <p className="panel-words">{words.unsupported(panel.type)}</p>;
        if (asks && data.frames === null) return data.fault === null ? null : <Fault {...data.fault} />;
        if (asks && !hasData(prepared.frames)) return <NoData panel={panel} range={data.range} />;
        return (
          <PanelBoundary words={words} resetBy={structureRev}>
            <Drawing
              key={language}
              panel={panel}
              frames={prepared.frames}
              fieldConfig={prepared.fieldConfig}
              structureRev={structureRev}
              width={innerWidth}
              height={innerHeight}
              timeRange={data.range}
              timeZone={timeZone}
              theme={theme}
              words={words}
              replaceVariables={replaceVariables}
            />
          </PanelBoundary>
        );
      }}
    </PanelFrame>
  );
}

function Fault({ message, hint }: { readonly message: string; readonly hint?: string }) {
  return (
    <div className="panel-words" role="alert">
      <p>⚠ {message}</p>
      {hint !== undefined && <p className="quiet">{hint}</p>}
    </div>
  );
}

function useStructureRevision(frames: DataFrame[]): number {
  const last = useRef<{ frames: DataFrame[]; revision: number }>({ frames: [], revision: 1 });
  if (last.current.frames !== frames) {
    const same = compareArrayValues(frames, last.current.frames, compareDataFrameStructures);
    last.current = { frames, revision: last.current.revision + (same ? 0 : 1) };
  }
  return last.current.revision;
}
