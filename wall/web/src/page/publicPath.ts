declare global {
  interface Window {
    __grafana_public_path__: string;
  }
}

/** Where components look for their fonts and icons: build/shippedFiles.ts puts them there. */
window.__grafana_public_path__ = '/assets/';

export {};
