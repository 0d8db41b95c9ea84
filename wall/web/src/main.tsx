import './page/pixelRatio';
import './page/publicPath';
import './page/wall.css';

import { createRoot } from 'react-dom/client';

import { startComponentWords } from './i18n/componentWords';
import { setDateFormats } from './i18n/dateFormats';
import { App } from './page/App';

/** Charts measure their text on a canvas, so the letters have to be there before the first one is drawn. */
const FONTS = ['400 14px Inter', '500 14px Inter'];

async function start(): Promise<void> {
  setDateFormats();
  await startComponentWords();
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no #root');
  await Promise.race([
    Promise.allSettled(FONTS.map((font) => document.fonts.load(font, 'Ắặ'))),
    new Promise((resolve) => setTimeout(resolve, 1_500)),
  ]);
  createRoot(root).render(<App />);
}

void start();
