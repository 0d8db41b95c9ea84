import { screenScale } from '../dashboard/layout';

/*
 * On a screen that is drawn larger (screenScale), one CSS pixel covers more than one pixel of the screen. Canvases are
 * sized by devicePixelRatio, so it has to say so, or charts are blurred. Imported before the chart library, which reads
 * it once.
 */
const native = Object.getOwnPropertyDescriptor(window, 'devicePixelRatio')?.get;

if (native !== undefined) {
  Object.defineProperty(window, 'devicePixelRatio', {
    configurable: true,
    get: () => (native.call(window) as number) * screenScale(window.innerWidth),
  });
}
