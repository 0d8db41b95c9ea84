import { useEffect } from 'react';

import type { DashboardEntry } from '../api/contract';
import type { ChangeWallState } from './useWallState';

/** Shows the next dashboard of the list after `seconds`, round and round; null stays. */
export function usePlaylist(
  seconds: number | null,
  uid: string,
  entries: readonly DashboardEntry[],
  change: ChangeWallState
): void {
  const next = entries[(entries.findIndex((entry) => entry.uid === uid) + 1) % Math.max(1, entries.length)]?.uid;
  useEffect(() => {
    if (seconds === null || next === undefined || next === uid) return;
    const timer = setTimeout(() => change({ uid: next, variables: {} }), seconds * 1_000);
    return () => clearTimeout(timer);
  }, [seconds, uid, next, change]);
}
