import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

const FILE = 'THIRD-PARTY-LICENSES.txt';

/** Licences that let the wall be given away with its source elsewhere; anything else stops the build. */
const PERMITTED =
  /^\(?(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|OFL-1\.1|Zlib|Unlicense|CC0-1\.0|\(?MPL-2\.0 OR Apache-2\.0\)?|\(?MIT OR .*|\(?.* OR MIT\)?|\(?.* OR Apache-2\.0\)?)\)?$/;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/** Writes the licence texts of every package of which code or a file is in the bundle. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') {
          for (const id of Object.keys(chunk.modules)) {
            const folder = packageFolder(id);
            if (folder !== undefined) folders.add(folder);
          }
        }
      }
      const root = join(import.meta.dirname, '../node_modules');
      folders.add(join(root, 'inter-ui'));
      folders.add(join(root, '@grafana/ui'));
      const packages = [...folders].map(readPackage).sort((a, b) => compare(a.name + a.version, b.name + b.version));
      for (const { name, licence } of packages) {
        if (!PERMITTED.test(licence))
          this.error(`${name} is under '${licence}', which the bundle may not carry: see build/licences.ts`);
      }
      this.emitFile({ type: 'asset', fileName: FILE, source: document(packages) });
    },
  };
}

function packageFolder(id: string): string | undefined {
  const path = id.replace(/^\0/, '').split('?')[0] ?? '';
  const at = path.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const [scope = '', name = ''] = path.slice(at + '/node_modules/'.length).split('/');
  const folder = path.slice(0, at) + '/node_modules/' + (scope.startsWith('@') ? `${scope}/${name}` : scope);
  return existsSync(join(folder, 'package.json')) ? folder : undefined;
}

function readPackage(folder: string): Package {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const file = readdirSync(folder)
    .sort()
    .find((name) => /^(licen[cs]e|copying)/i.test(name));
  const licence = manifest.license as string | { type: string } | undefined;
  return {
    name: String(manifest.name),
    version: String(manifest.version),
    licence: typeof licence === 'string' ? licence : (licence?.type ?? 'unknown'),
    text:
      file === undefined
        ? 'The package carries no licence file; its manifest names the licence above.'
        : readFileSync(join(folder, file), 'utf8'),
  };
}

function document(packages: readonly Package[]): string {
  const line = '='.repeat(80);
  const head = `The built-in wall contains code and files of these ${packages.length} packages, each under its own licence.\n`;
  return [
    head,
    ...packages.map(
      ({ name, version, licence, text }) =>
        `${line}\n${name} ${version} (${licence})\n${line}\n${text.replace(/\r\n/g, '\n').trim()}\n`
    ),
  ].join('\n');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
