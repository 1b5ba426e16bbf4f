/**
 * Webviews in a process of their own, as they have one on a desktop, where they are of another
 * scheme than the window. A server gives them its own origin, and so the browser the same process.
 */
import type { BrowserContext } from '@playwright/test';

/** Of this machine for the browser, whatever stands before `localhost`. */
const HOST = 'window.localhost';

/** Has the browser keep the window and its webviews in different processes. */
export const ISOLATION = `--isolate-origins=http://[*.]${HOST}`;

/**
 * Lets windows load webviews from an origin beside theirs.
 * @param origin of the server.
 * @returns the origin for windows.
 */
export async function separateWebviews(window: BrowserContext, origin: string): Promise<string> {
  const { port } = new URL(origin);
  const own = `http://${HOST}:${port}`;
  // A page that was put in the place of the server's counts as one of the internet.
  await window.grantPermissions(['local-network-access'], { origin: own });
  const isWindow = (url: URL) => url.origin === own && url.searchParams.has('folder');
  await window.route(isWindow, async (route) => {
    const url = route.request().url().replace(own, origin); // only the browser knows the other
    const response = await route.fetch({ url });
    const page = await response.text();
    // VS Code puts a hash of the window's origin in the place of the uuid, and asks for it.
    const separate = page.replace(
      /(&quot;webviewEndpoint&quot;:&quot;)\/?([^&]*)&quot;/,
      `$1http://{{uuid}}.${HOST}:${port}/$2&quot;`,
    );
    if (separate === page) throw new Error('expected the address of webviews in the page');
    const headers = response.headers();
    const policy = headers['content-security-policy'] ?? '';
    headers['content-security-policy'] = policy.replace(
      'frame-src ',
      `frame-src http://*.${HOST}:${port} `,
    );
    await route.fulfill({ response, headers, body: separate });
  });
  return own;
}
