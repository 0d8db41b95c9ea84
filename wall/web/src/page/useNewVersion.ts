import { useEffect, useRef } from 'react';

/** Loads the page anew when a server that was away comes back with another version of it. */
export function useNewVersion(lost: boolean): void {
  const wasLost = useRef(false);
  useEffect(() => {
    const back = wasLost.current && !lost;
    wasLost.current = lost;
    if (back && import.meta.env.PROD) void reloadIfReplaced();
  }, [lost]);
}

async function reloadIfReplaced(): Promise<void> {
  const own = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.getAttribute('src');
  if (own === null || own === undefined) return;
  try {
    const response = await fetch('/', { cache: 'no-store' });
    if (response.ok && !(await response.text()).includes(own)) window.location.reload();
  } catch {
    // Away again: the next return asks again.
  }
}
