/** Pages without any script that show the same pictures as the panel, to be scrolled alike. */
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const STYLE = `body{margin:0;padding:0 20px;font:13px sans-serif}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(272px,1fr));gap:10px}
.card{padding:10px;border:1px solid #888;border-left:4px solid teal;border-radius:6px}
.card p{height:112px;margin:0}
.faces{display:grid;grid-template-columns:repeat(8,minmax(0,1fr));gap:3px}
.faces img{width:100%;aspect-ratio:5/6;display:block}
.grid{display:flex;flex-wrap:wrap;gap:6px}.grid img{width:100px;height:120px}
.map{width:560px;height:420px}`;

/**
 * Serves `/cards`, `/grid` and `/map` of the loopback interface.
 * @param folder of the pictures, as `POSITION-FACE.jpg`.
 * @param shown number of cards, of faces in each, and of faces in the grid.
 */
export async function servePictures(
  folder: string,
  shown: { cards: number; card: number; grid: number },
) {
  const images = (position: number, count: number) =>
    Array.from({ length: count }, (_, i) => `<img src="/${String(position)}-${String(i)}.jpg">`);
  const cards = Array.from(
    { length: shown.cards },
    (_, i) =>
      `<div class="card"><p>Cluster ${String(i)}</p><div class="faces">${images(i, shown.card).join('')}</div></div>`,
  );
  const bodies: Record<string, string> = {
    '/cards': `<div class="cards">${cards.join('')}</div>`,
    '/grid': `<div class="grid">${images(0, shown.grid).join('')}</div>`,
    '/map': '<img class="map" src="/0-0.jpg" draggable="false">',
  };
  const answer = async (url: string, response: ServerResponse) => {
    const body = bodies[url];
    if (body !== undefined) response.setHeader('Content-Type', 'text/html');
    if (body !== undefined) response.end(`<style>${STYLE}</style>${body}`);
    else response.end(await readFile(join(folder, url)).catch(() => undefined));
  };
  const server = createServer(({ url = '' }, response) => void answer(url, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${String(port)}`, close: () => server.close() };
}
