// The package's own entry is CommonJS with `exports.default`; the bundler hands on the whole exports object.
// @ts-expect-error The package ships no types for its inner entry.
import * as scrollbars from '../node_modules/react-custom-scrollbars-2/lib/index.js';

const packaged = scrollbars as unknown as { default: unknown; Scrollbars?: unknown };
const inner = packaged.default as { default?: unknown; Scrollbars?: unknown };

export const Scrollbars = packaged.Scrollbars ?? inner.Scrollbars ?? inner.default ?? inner;
export default Scrollbars;
