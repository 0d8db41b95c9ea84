import { useEffect, useState } from 'react';

import { readStatus } from '../api/client';
import type { WallStatus } from '../api/contract';
import type { Language } from '../i18n/language';

const EVERY_MS = 3_000;
const AGAIN_MS = 1_000;
const FAILURES_UNTIL_LOST = 2;

export interface Connection {
  readonly status: WallStatus | null;
  readonly lost: boolean;
  /** The viewer's clock when the last status came in. */
  readonly receivedAt: number;
  /** Server's clock minus the viewer's. */
  readonly clockOffsetMs: number;
}

/** Asks for the wall's status every few seconds, forever; one missed answer is asked for again before it counts. */
export function useStatus(language: Language): Connection {
  const [connection, setConnection] = useState<Connection>({
    status: null,
    lost: false,
    receivedAt: Date.now(),
    clockOffsetMs: 0,
  });
  useEffect(() => {
    let stopped = false;
    let failures = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      try {
        const status = await readStatus(language);
        failures = 0;
        const receivedAt = Date.now();
        if (!stopped) setConnection({ status, lost: false, receivedAt, clockOffsetMs: status.now - receivedAt });
      } catch {
        failures += 1;
        if (!stopped && failures >= FAILURES_UNTIL_LOST)
          setConnection((last) => (last.lost ? last : { ...last, lost: true }));
      }
      if (!stopped) timer = setTimeout(() => void ask(), failures > 0 ? AGAIN_MS : EVERY_MS);
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [language]);
  return connection;
}
