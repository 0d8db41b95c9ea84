import { useEffect, useState } from 'react';

/** A number that goes up every `everyMs` while `running` and the page is looked at, and at once when either begins. */
export function useTick(everyMs: number, running: boolean): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!running) return;
    const next = (): void => {
      if (!document.hidden) setTick((last) => last + 1);
    };
    next();
    const timer = setInterval(next, everyMs);
    document.addEventListener('visibilitychange', next);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', next);
    };
  }, [everyMs, running]);
  return tick;
}
