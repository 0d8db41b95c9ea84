/** Stands for packages that the wall never shows (code editors, maps). */
const Absent = (): null => null;

export const Editor = Absent;
export const DiffEditor = Absent;
export const loader = { config: (): void => undefined };
export const useMonaco = (): null => null;
export const Point = class {};
export const Geometry = class {};
export const languages = {};
export const editor = {};
export const Range = class {};
export default Absent;
