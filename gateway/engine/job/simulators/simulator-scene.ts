import { escapeXml } from '../slide.ts';

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Degrees: walls, table and clothes have it, so that every site is told from the others at a glance. */
  readonly hue: number;
  readonly name: string;
}

/** What moves, drawn anew for every picture. */
export interface Moment {
  /** Seconds of the day, with fractions. */
  readonly time: number;
  readonly speaking: boolean;
}

const skins = ['#e8c39e', '#d9ab82', '#f0d0b0', '#c99a72'];

/** The part of the picture that stays: a meeting room with a window, a table, four people and the site's name. */
export function drawRoom({ width, height, hue, name }: Scene): string {
  const x = (share: number) => round(width * share);
  const y = (share: number) => round(height * share);
  const people = [0.14, 0.3, 0.7, 0.86].map((at, index) => drawPerson(x(at), y(0.5), y(0.075), hue, index));
  return svg(width, height, [
    `<defs><linearGradient id="wall" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue},45%,42%)"/><stop offset="1" stop-color="hsl(${hue},48%,30%)"/></linearGradient></defs>`,
    `<rect width="${width}" height="${height}" fill="url(#wall)"/>`,
    `<rect x="${x(0.06)}" y="${y(0.1)}" width="${x(0.22)}" height="${y(0.24)}" fill="hsl(${hue},35%,78%)" stroke="hsl(${hue},30%,22%)" stroke-width="${y(0.012)}"/>`,
    `<path d="M${x(0.17)} ${y(0.1)}v${y(0.24)}M${x(0.06)} ${y(0.22)}h${x(0.22)}" stroke="hsl(${hue},30%,22%)" stroke-width="${y(0.01)}"/>`,
    // On the board on the wall: the foot of a picture belongs to whoever shows it.
    `<rect x="${x(0.33)}" y="${y(0.06)}" width="${x(0.34)}" height="${y(0.15)}" rx="${y(0.015)}" fill="hsl(${hue},55%,18%)"/>`,
    `<text x="${x(0.5)}" y="${y(0.165)}" text-anchor="middle" font-family="Be Vietnam Pro, sans-serif" font-weight="600" font-size="${y(0.09)}" fill="#fff">${escapeXml(name)}</text>`,
    ...people,
    `<path d="M0 ${y(0.74)}Q${x(0.5)} ${y(0.64)} ${width} ${y(0.74)}V${height}H0Z" fill="hsl(${hue},40%,20%)"/>`,
    `<path d="M0 ${y(0.74)}Q${x(0.5)} ${y(0.64)} ${width} ${y(0.74)}" fill="none" stroke="hsl(${hue},45%,52%)" stroke-width="${y(0.012)}"/>`,
  ]);
}

/** The part that moves: the speaker in the middle, the clock with milliseconds, and a lamp while the site speaks. */
export function drawMoment({ width, height, hue }: Scene, { time, speaking }: Moment): string {
  const head = round(height * 0.1);
  const sway = Math.sin(time * (speaking ? 2.2 : 0.7)) * width * (speaking ? 0.06 : 0.02);
  const raise = speaking ? Math.sin(time * 5) * 0.12 : -0.1;
  const mouth = speaking ? Math.abs(Math.sin(time * 9)) * 0.3 + 0.06 : 0.06;
  const hand = `${round(head * 2.1)} ${round(head * (1.3 - raise * 6))}`;
  return svg(width, height, [
    `<g transform="translate(${round(width * 0.5 + sway)} ${round(height * 0.4)})">`,
    `<path d="M${-head * 1.7} ${head * 3.4}Q${-head * 1.6} ${round(head * 1.1)} 0 ${round(head * 1.1)}T${head * 1.7} ${head * 3.4}Z" fill="hsl(${hue},70%,58%)"/>`,
    `<path d="M${round(head * 1.1)} ${head * 2}L${hand}" stroke="hsl(${hue},70%,58%)" stroke-width="${round(head * 0.5)}" stroke-linecap="round"/>`,
    `<circle r="${head}" fill="${skins[0]}"/><path d="M${-head} 0A${head} ${head} 0 0 1 ${head} 0Q0 ${round(-head * 0.7)} ${-head} 0Z" fill="#2b211c"/>`,
    `<ellipse cy="${round(head * 0.45)}" rx="${round(head * 0.3)}" ry="${round(head * mouth)}" fill="#7a2f2f"/></g>`,
    `<text x="${round(width * 0.97)}" y="${round(height * 0.93)}" text-anchor="end" font-family="DejaVu Sans Mono, monospace" font-size="${round(height * 0.085)}" fill="#fff">${clock(time)}</text>`,
    speaking
      ? `<circle cx="${round(width * 0.94)}" cy="${round(height * 0.1)}" r="${round(height * 0.04)}" fill="#ff4d3d"/>`
      : '',
  ]);
}

/** `hh:mm:ss.mmm` of the seconds of a day. */
export function clock(time: number): string {
  const ms = Math.floor(time * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000) % 24,
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  return `${two(hours)}:${two(minutes)}:${two(seconds)}.${String(ms % 1000).padStart(3, '0')}`;
}

function drawPerson(x: number, y: number, head: number, hue: number, index: number): string {
  const shoulders = `<path d="M${round(x - head * 1.7)} ${round(y + head * 4)}Q${round(x - head * 1.6)} ${round(y + head)} ${x} ${round(y + head)}T${round(x + head * 1.7)} ${round(y + head * 4)}Z" fill="hsl(${hue},${30 + index * 8}%,${round(62 - index * 9)}%)"/>`;
  return `${shoulders}<circle cx="${x}" cy="${y}" r="${head}" fill="${skins[index % skins.length]}"/>`;
}

function svg(width: number, height: number, parts: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join('')}</svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
