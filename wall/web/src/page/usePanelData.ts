import { type DataFrame, type DataFrameJSON, type TimeRange } from '@grafana/data';
import { useEffect, useRef, useState } from 'react';

import { Refused, runQuery } from '../api/client';
import type { QueryRequest, ServerFault } from '../api/contract';
import type { PanelJson } from '../dashboard/model';
import { readFrames } from '../panels/prepare';
import type { WallContext } from './wallContext';

export interface PanelData {
  /** null until the first answer. */
  readonly frames: DataFrame[] | null;
  readonly range: TimeRange;
  readonly asOf: number | null;
  readonly fault: ServerFault | null;
  /** The question has changed and its answer is not here yet; the frames answer the one before. */
  readonly waiting: boolean;
}

/**
 * The panel's frames, read again at every tick. The last frames stay while new ones are read and when a read fails, so
 * that nothing flickers; a question still under way is not asked twice.
 */
export function usePanelData(panel: PanelJson, width: number, context: WallContext): PanelData {
  const { uid, variables, language, tick, resolveRange, replaceVariables } = context;
  const [data, setData] = useState<PanelData>(() => ({
    frames: null,
    range: resolveRange(),
    asOf: null,
    fault: null,
    waiting: true,
  }));
  const question = JSON.stringify([uid, panel.id, context.rawRange, variables, language]);
  const underWay = useRef<string | null>(null);
  const answered = useRef<string | null>(null);
  const asks = (panel.targets ?? []).some(({ hide }) => hide !== true);

  useEffect(() => {
    if (!asks || underWay.current === question) return;
    underWay.current = question;
    const range = resolveRange();
    const request = queryFor(panel, width, range, context);
    if (answered.current !== null && answered.current !== question) setData((last) => ({ ...last, waiting: true }));
    const settle = (change: Partial<PanelData>): void => {
      if (underWay.current !== question) return;
      underWay.current = null;
      answered.current = question;
      setData((last) => ({ ...last, ...change, waiting: false }));
    };
    runQuery(request)
      .then(async ({ frames, asOf }) => {
        const read = await readFrames(panel, frames as DataFrameJSON[], replaceVariables);
        settle({ frames: read, range, asOf, fault: null });
      })
      .catch((error: unknown) => {
        settle(error instanceof Refused ? { fault: error.fault } : {});
      });
    // The context is read when a question is asked; only a tick or another question asks again.
  }, [tick, question]);

  return data;
}

function queryFor(
  panel: PanelJson,
  width: number,
  range: TimeRange,
  { uid, variables, language }: WallContext
): QueryRequest {
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  return {
    dashboard: uid,
    panel: panel.id,
    from,
    to,
    variables: Object.fromEntries(
      Object.entries(variables).map(([name, { value }]) => [name, value.length === 1 ? (value[0] ?? '') : value])
    ),
    intervalMs: intervalMs(to - from, panel.maxDataPoints ?? width),
    lang: language,
  };
}

const STEPS_MS = [
  1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000,
].map((s) => s * 1_000);

/** A round interval that gives at most about one point a pixel; the same for panels of nearly the same width. */
function intervalMs(spanMs: number, points: number): number {
  const wanted = spanMs / Math.max(100, Math.ceil(points / 200) * 200);
  return STEPS_MS.find((step) => step >= wanted) ?? STEPS_MS.at(-1) ?? 1_000;
}
