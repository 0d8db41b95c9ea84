import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Plugin } from 'vite';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));
const icons = '@grafana/ui/dist/public/img/icons';

/** Files that components ask for by address: address in the built wall -> file under node_modules. */
const files: Record<string, string> = {
  'assets/fonts/inter/Inter-Regular.woff2': 'inter-ui/web/Inter-Regular.woff2',
  'assets/fonts/inter/Inter-Medium.woff2': 'inter-ui/web/Inter-Medium.woff2',
  ...Object.fromEntries(
    [
      'angle-down',
      'angle-right',
      'angle-up',
      'arrow-down',
      'arrow-up',
      'exclamation-triangle',
      'eye',
      'filter',
      'info-circle',
      'link',
      'times',
    ].map((name) => [`assets/build/img/icons/unicons/${name}.svg`, `${icons}/unicons/${name}.svg`])
  ),
};

/** Puts those files into the built wall, and serves them while developing. */
export function shippedFiles(): Plugin {
  return {
    name: 'shipped-files',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = files[(request.url ?? '').slice(1)];
        if (file === undefined) {
          next();
          return;
        }
        response.setHeader('Content-Type', file.endsWith('.svg') ? 'image/svg+xml' : 'font/woff2');
        response.end(readFileSync(modules + file));
      });
    },
    generateBundle() {
      for (const [fileName, file] of Object.entries(files)) {
        this.emitFile({ type: 'asset', fileName, source: readFileSync(modules + file) });
      }
    },
  };
}
