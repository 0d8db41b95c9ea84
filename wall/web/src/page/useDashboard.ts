import { useEffect, useState } from 'react';

import { listDashboards, readDashboard, Refused } from '../api/client';
import type { DashboardEntry } from '../api/contract';
import { sameDashboard } from '../dashboard/links';
import type { DashboardJson } from '../dashboard/model';
import type { Language } from '../i18n/language';

const AGAIN_MS = 2_000;
/** A wall hangs for weeks: it takes over changed dashboards by itself. */
const LOOK_AGAIN_MS = 60_000;

export interface OpenedDashboard {
  /** As the list names it: the JSON's own uid tells the languages of a dashboard apart. */
  readonly uid: string;
  readonly dashboard: DashboardJson | null;
  readonly entries: readonly DashboardEntry[];
  readonly failure: string | null;
}

/** The dashboard `uid`, or the first of the list; asked for until the server gives it, and now and then after that. */
export function useDashboard(uid: string | null, lang: Language): OpenedDashboard {
  const [opened, setOpened] = useState<OpenedDashboard>({ uid: '', dashboard: null, entries: [], failure: null });
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = async (): Promise<void> => {
      let waitMs = LOOK_AGAIN_MS;
      try {
        const next = await read(uid, lang);
        if (!stopped) setOpened((last) => (JSON.stringify(last) === JSON.stringify(next) ? last : next));
      } catch (error) {
        waitMs = AGAIN_MS;
        if (!stopped && error instanceof Refused)
          setOpened((last) => ({ ...last, dashboard: null, failure: error.message }));
      }
      if (!stopped) timer = setTimeout(() => void open(), waitMs);
    };
    void open();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [uid, lang]);
  return opened;
}

async function read(uid: string | null, lang: Language): Promise<OpenedDashboard> {
  const listed = listDashboards(lang);
  const wanted = uid === null ? listed.then(([home]) => home?.uid ?? '') : Promise.resolve(uid);
  const [entries, asked, dashboard] = await Promise.all([
    listed,
    wanted,
    wanted.then((found) => readDashboard(found, lang)),
  ]);
  const names = entries.map((entry) => entry.uid);
  return {
    uid: names.includes(asked) ? asked : (names.find((name) => sameDashboard(name, asked)) ?? asked),
    dashboard,
    entries,
    failure: null,
  };
}
