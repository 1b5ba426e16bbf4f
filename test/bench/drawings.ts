/** Drawn faces: smileys, emoji, cartoons and stick figures. The same every time. */
import { random } from '../support/vectors';
import { render, svgOf } from './svg';

/** Pictures of each kind. */
const EACH = 20;
const SIDE = 400;

type Next = () => number;
const pick = (next: Next, low: number, high: number) => low + (high - low) * next();

/** @returns 80 pictures as JPEGs. */
export async function drawings(): Promise<Buffer[]> {
  const makers = [smiley, emoji, cartoon, stickFigure];
  const pictures: Buffer[] = [];
  for (const [kind, make] of makers.entries()) {
    for (let seed = 0; seed < EACH; seed++) {
      const background = `hsl(${360 * random(seed)()}, 40%, 85%)`;
      const content = make(random(100 * kind + seed));
      pictures.push(
        await render(
          svgOf(SIDE, SIDE, `<rect width="100%" height="100%" fill="${background}"/>${content}`),
        ),
      );
    }
  }
  return pictures;
}

/** A circle with two dots and an arc. */
function smiley(next: Next): string {
  const [r, eye] = [pick(next, 60, 170), pick(next, 0.06, 0.16)];
  const [dx, dy, mouth] = [pick(next, 0.28, 0.42), pick(next, 0.15, 0.35), pick(next, 0.3, 0.6)];
  const at = (x: number, y: number) => `cx="${200 + r * x}" cy="${200 + r * y}"`;
  return (
    `<circle cx="200" cy="200" r="${r}" fill="#ffd83d" stroke="#000" stroke-width="${r / 20}"/>` +
    `<circle ${at(-dx, -dy)} r="${r * eye}"/><circle ${at(dx, -dy)} r="${r * eye}"/>` +
    `<path d="M${200 - r * mouth} ${200 + 0.2 * r} Q200 ${200 + 0.9 * r} ${200 + r * mouth} ${200 + 0.2 * r}" fill="none" stroke="#000" stroke-width="${r / 14}"/>`
  );
}

/** Shaded like those of phones: gradients, white eyes with pupils, teeth. */
function emoji(next: Next): string {
  const r = pick(next, 80, 180);
  const eyes = [-0.36, 0.36].map((x) => {
    const [cx, cy] = [200 + r * x, 200 - 0.22 * r];
    return (
      `<ellipse cx="${cx}" cy="${cy}" rx="${0.17 * r}" ry="${0.24 * r}" fill="#fff"/>` +
      `<circle cx="${cx}" cy="${cy + 0.05 * r}" r="${0.11 * r}" fill="#4a2c12"/>`
    );
  });
  return (
    `<defs><radialGradient id="s"><stop offset="0.5" stop-color="#ffe066"/><stop offset="1" stop-color="#f0a020"/></radialGradient></defs>` +
    `<circle cx="200" cy="200" r="${r}" fill="url(#s)"/>${eyes.join('')}` +
    `<path d="M${200 - 0.5 * r} ${200 + 0.25 * r} H${200 + 0.5 * r} Q${200 + 0.4 * r} ${200 + 0.75 * r} 200 ${200 + 0.75 * r} T${200 - 0.5 * r} ${200 + 0.25 * r}" fill="#7a2a1a"/>` +
    `<rect x="${200 - 0.42 * r}" y="${200 + 0.25 * r}" width="${0.84 * r}" height="${0.13 * r}" fill="#fff"/>`
  );
}

/** A face in skin color with hair, brows, a nose and lips. */
function cartoon(next: Next): string {
  const skin = ['#f2c9a1', '#c98f62', '#8a5a3a'][Math.floor(3 * next())]!;
  const hair = ['#2a1a10', '#7a4a20', '#d8b060'][Math.floor(3 * next())]!;
  const [w, h] = [pick(next, 70, 110), pick(next, 95, 140)];
  const eyes = [-0.42, 0.42].map((x) => {
    const cx = 200 + w * x;
    return (
      `<ellipse cx="${cx}" cy="190" rx="${0.17 * w}" ry="${0.1 * w}" fill="#fff" stroke="#222"/>` +
      `<circle cx="${cx}" cy="190" r="${0.08 * w}" fill="#234"/>` +
      `<path d="M${cx - 0.2 * w} ${190 - 0.22 * w} q${0.2 * w} ${-0.1 * w} ${0.4 * w} 0" stroke="${hair}" stroke-width="5" fill="none"/>`
    );
  });
  return (
    `<ellipse cx="200" cy="${200 - 0.25 * h}" rx="${1.15 * w}" ry="${0.95 * h}" fill="${hair}"/>` +
    `<rect x="${200 - 0.3 * w}" y="${200 + 0.7 * h}" width="${0.6 * w}" height="120" fill="${skin}"/>` +
    `<ellipse cx="200" cy="205" rx="${w}" ry="${h}" fill="${skin}"/>${eyes.join('')}` +
    `<path d="M200 200 l${-0.1 * w} ${0.35 * w} q${0.1 * w} 8 ${0.22 * w} 0" stroke="#0004" stroke-width="3" fill="none"/>` +
    `<path d="M${200 - 0.3 * w} ${205 + 0.55 * h} q${0.3 * w} ${0.2 * w} ${0.6 * w} 0 q${-0.3 * w} ${-0.12 * w} ${-0.6 * w} 0" fill="#b04050"/>`
  );
}

/** Lines, with a small head that has a face. */
function stickFigure(next: Next): string {
  const [x, r] = [pick(next, 120, 280), pick(next, 22, 45)];
  const line = (path: string) => `<path d="${path}" stroke="#000" stroke-width="4" fill="none"/>`;
  return (
    `<circle cx="${x}" cy="110" r="${r}" fill="#fff" stroke="#000" stroke-width="4"/>` +
    `<circle cx="${x - r / 3}" cy="104" r="3"/><circle cx="${x + r / 3}" cy="104" r="3"/>` +
    line(`M${x - r / 3} ${110 + r / 3} q${r / 3} ${r / 3} ${(2 * r) / 3} 0`) +
    line(`M${x} ${110 + r} V260 M${x - 60} 190 L${x} 160 L${x + 60} 190`) +
    line(`M${x - 45} 350 L${x} 260 L${x + 45} 350`)
  );
}
