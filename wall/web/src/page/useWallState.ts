import { useCallback, useEffect, useState } from 'react';

import { readWallState, type WallState, writeWallState } from '../url/wallState';

const LANGUAGE_KEY = 'ioc.wall.lang';
const THEME_KEY = 'ioc.wall.theme';

const current = (): WallState =>
  readWallState(new URL(window.location.href), {
    lang: localStorage.getItem(LANGUAGE_KEY),
    theme: localStorage.getItem(THEME_KEY),
  });

export type ChangeWallState = (change: Partial<WallState>) => void;

/** The viewer's choices, kept in the address; language and theme are remembered for the next visit too. */
export function useWallState(): [WallState, ChangeWallState] {
  const [state, setState] = useState(current);

  useEffect(() => {
    const onPop = (): void => setState(current());
    window.addEventListener('popstate', onPop);
    return () => window.removeEventListener('popstate', onPop);
  }, []);

  const change = useCallback<ChangeWallState>((part) => {
    if (part.lang !== undefined) localStorage.setItem(LANGUAGE_KEY, part.lang);
    if (part.theme !== undefined) localStorage.setItem(THEME_KEY, part.theme);
    const next = { ...current(), ...part };
    window.history.pushState(null, '', writeWallState(next));
    setState(next);
  }, []);

  return [state, change];
}
