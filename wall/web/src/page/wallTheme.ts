import { createTheme, type GrafanaTheme2 } from '@grafana/data';

import type { ThemeMode } from '../url/wallState';

/**
 * Grafana's theme, its colours on a light ground darkened until text in them has a contrast of at least 4.5:1 on white:
 * figures over a threshold are written in these colours.
 */
export function wallTheme(mode: ThemeMode): GrafanaTheme2 {
  if (mode === 'dark') return createTheme({ colors: { mode } });
  return createTheme({
    colors: { mode },
    visualization: {
      hues: [
        { name: 'red', shades: [{ name: 'red', color: '#C4162A' }] },
        { name: 'orange', shades: [{ name: 'orange', color: '#A84300' }] },
        { name: 'yellow', shades: [{ name: 'yellow', color: '#806300' }] },
        { name: 'green', shades: [{ name: 'green', color: '#2B7A2F' }] },
        { name: 'blue', shades: [{ name: 'blue', color: '#1F60C4' }] },
        { name: 'purple', shades: [{ name: 'purple', color: '#8F3BB8' }] },
      ],
    },
  });
}
