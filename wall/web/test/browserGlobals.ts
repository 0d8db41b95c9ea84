/** Grafana's data package reads the browser's languages when it lists its units. */
const globals = globalThis as unknown as Record<string, unknown>;

globals.navigator ??= { languages: ['vi'] };
