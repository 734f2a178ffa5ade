import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of this machine: CHROMIUM_PATH, or where it usually is. Undefined: there is none. */
export const chromiumPath = [process.env['CHROMIUM_PATH'], ...USUAL_PLACES].find((path) => path !== undefined && existsSync(path));

/** Nothing but the page is asked for: no updates, no start page, no profile of anybody. */
const FLAGS = [
  '--no-sandbox', // as root, which build machines are
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** With a fresh profile, which goes when the browser is closed. */
export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath: chromiumPath!, headless: true, args: FLAGS });
