import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { legendWord } from './build/legendWord.ts';
import { licences } from './build/licences.ts';
import { shippedFiles } from './build/shippedFiles.ts';

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds the wall's server, or the stub of the browser tests. */
const server = process.env.WALL_SERVER ?? 'http://127.0.0.1:8088';

export default defineConfig({
  plugins: [react(), legendWord(), shippedFiles(), licences()],
  publicDir: false,
  resolve: {
    alias: [
      // A CommonJS package whose default export is lost in the bundle.
      { find: /^react-custom-scrollbars-2$/, replacement: local('build/scrollbars.ts') },
      // Editors and maps are no part of a wall: 4 MB less.
      { find: /^@monaco-editor\/react$/, replacement: local('build/absent.ts') },
      { find: /^monaco-editor.*/, replacement: local('build/absent.ts') },
      { find: /^ol\/.*/, replacement: local('build/absent.ts') },
      // Ten years of time zone changes instead of all that were ever recorded: 600 kB less.
      {
        find: /^moment-timezone$/,
        replacement: 'moment-timezone/builds/moment-timezone-with-data-10-year-range.js',
      },
    ],
  },
  define: { 'process.env.NODE_ENV': JSON.stringify(process.env.NODE_ENV ?? 'production') },
  build: {
    outDir: '../static',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 3500,
  },
  server: { proxy: { '/api': server } },
  test: {
    setupFiles: ['test/browserGlobals.ts'],
    include: ['test/**/*.test.ts'],
    server: { deps: { inline: [/@grafana/] } },
  },
});
