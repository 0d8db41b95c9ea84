import { useEffect, useState } from 'react';

import { screenScale } from '../dashboard/layout';

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

const measured = (): ScreenSize => {
  const scale = screenScale(window.innerWidth);
  return { width: document.documentElement.clientWidth / scale, height: window.innerHeight / scale, scale };
};

/** The window's size in the pixels that the page is laid out in. */
export function useScreen(): ScreenSize {
  const [size, setSize] = useState(measured);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const next = measured();
      setSize((last) => (last.width === next.width && last.height === next.height ? last : next));
    });
    observer.observe(document.documentElement);
    const onResize = (): void => setSize(measured());
    window.addEventListener('resize', onResize);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', onResize);
    };
  }, []);
  return size;
}
