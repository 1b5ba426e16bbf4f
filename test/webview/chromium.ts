/** The browser of the tests: Debian's, or another one named by the variable. Nothing is downloaded. */
export const CHROMIUM = process.env.FACE_CLUSTERS_CHROMIUM ?? '/usr/bin/chromium';

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
