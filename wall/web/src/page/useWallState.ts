import { type MouseEvent, useCallback, useEffect, useState } from 'react';

import { readWallState, type WallState, writeWallState } from '../url/wallState';

const LANGUAGE_KEY = 'ioc.wall.lang';
const THEME_KEY = 'ioc.wall.theme';

const current = (): WallState =>
  readWallState(new URL(window.location.href), {
    lang: localStorage.getItem(LANGUAGE_KEY),
    theme: localStorage.getItem(THEME_KEY),
  });

export type ChangeWallState = (change: Partial<WallState>) => void;

export interface WallStateControl {
  readonly state: WallState;
  readonly change: ChangeWallState;
  /** Opens a clicked link to another dashboard without loading the page anew. */
  readonly followLink: (click: MouseEvent<HTMLElement>) => void;
}

/** The viewer's choices, kept in the address; language and theme are remembered for the next visit too. */
export function useWallState(): WallStateControl {
  const [state, setState] = useState(current);

  useEffect(() => {
    const onPop = (): void => setState(current());
    window.addEventListener('popstate', onPop);
    return () => window.removeEventListener('popstate', onPop);
  }, []);

  const show = useCallback((next: WallState) => {
    window.history.pushState(null, '', writeWallState(next));
    setState(next);
  }, []);

  const change = useCallback<ChangeWallState>(
    (part) => {
      if (part.lang !== undefined) localStorage.setItem(LANGUAGE_KEY, part.lang);
      if (part.theme !== undefined) localStorage.setItem(THEME_KEY, part.theme);
      show({ ...current(), ...part });
    },
    [show]
  );

  const followLink = useCallback(
    (click: MouseEvent<HTMLElement>) => {
      const anchor = (click.target as Element).closest('a');
      if (
        anchor === null ||
        click.defaultPrevented ||
        click.button !== 0 ||
        click.ctrlKey ||
        click.metaKey ||
        click.shiftKey
      )
        return;
      const address = new URL(anchor.href, window.location.href);
      if (address.origin !== window.location.origin || !address.pathname.startsWith('/d/')) return;
      click.preventDefault();
      const { lang, theme, kiosk, playlistSeconds } = current();
      show({ ...readWallState(address, { lang, theme }), kiosk, playlistSeconds });
    },
    [show]
  );

  return { state, change, followLink };
}
