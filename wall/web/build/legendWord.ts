import type { Plugin } from 'vite';

const FILE = 'components/VizLegend/VizLegendTable.mjs';
const WRITTEN = 'const nameSortKey = "Name";';
const KEY = 'grafana-ui.viz-legend.name';

/** The legend's table names its first column with a fixed English word; this asks for the word as all others are. */
export function legendWord(): Plugin {
  return {
    name: 'legend-word',
    transform(code, id) {
      if (!id.split('?')[0]?.endsWith(FILE)) return undefined;
      if (!code.includes(WRITTEN)) this.error(`${FILE} has changed: look how it names its first column now`);
      const asked = `import { t as wordOf } from '@grafana/i18n';\nconst nameOfFirstColumn = () => wordOf("${KEY}", "Name");\n`;
      return { code: asked + code.replace(WRITTEN, '').replace(/\bnameSortKey\b/g, 'nameOfFirstColumn()'), map: null };
    },
  };
}
