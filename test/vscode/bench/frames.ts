/** Late frames of a page, by the browser's own times, while a user scrolls or drags in it. */
import type { CDPSession, Frame, Page } from '@playwright/test';

/** Time between two frames from which the second one is late, in milliseconds. */
const LATE_MS = 33;
/** Length of a measurement. */
const SECONDS = 5;
/** Speed of scrolling, in pixels a second: a page of a screen's height in half a second. */
const SPEED = 1500;

declare global {
  interface Window {
    /** Times of the frames, in milliseconds. */
    frameTimes?: number[];
  }
}

export interface Lateness {
  /** Share of the frames that are late, in percent. */
  late: number;
  /** Longest time between two frames, in milliseconds. */
  longest: number;
  frames: number;
}

/** Where something is done, in pixels of the page. */
export interface Place {
  x: number;
  y: number;
}

async function begin(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    const times: number[] = [];
    window.frameTimes = times;
    const note = (time: number) => {
      if (window.frameTimes !== times) return;
      times.push(time);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
}

async function end(frame: Frame): Promise<Lateness> {
  const times = await frame.evaluate(() => {
    const all = window.frameTimes ?? [];
    delete window.frameTimes;
    return all;
  });
  const between = times.slice(1).map((time, i) => time - times[i]!);
  const late = between.filter((each) => each > LATE_MS).length;
  return {
    late: (100 * late) / between.length,
    longest: Math.max(...between),
    frames: between.length,
  };
}

/** Scrolls down and up again with the wheel of a mouse. */
export async function whileScrolling(
  page: Page,
  frame: Frame,
  at: Place,
  cdp: CDPSession,
): Promise<Lateness> {
  await page.bringToFront(); // or it would get a frame a second
  await page.mouse.move(at.x, at.y);
  await begin(frame);
  const yDistance = (SPEED * SECONDS) / 2;
  for (const sign of [-1, 1])
    await cdp.send('Input.synthesizeScrollGesture', {
      ...at,
      yDistance: sign * yDistance,
      speed: SPEED,
      gestureSourceType: 'mouse',
    });
  return end(frame);
}

/** Drags to and fro, as a map is moved. */
export async function whileDragging(page: Page, frame: Frame, at: Place): Promise<Lateness> {
  await page.bringToFront();
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await begin(frame);
  const start = performance.now();
  for (;;) {
    const seconds = (performance.now() - start) / 1000;
    if (seconds > SECONDS) break;
    const turn = 2 * Math.PI * seconds;
    await page.mouse.move(at.x + 60 * Math.sin(turn), at.y + 40 * Math.sin(2 * turn));
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
  const lateness = await end(frame);
  await page.mouse.up();
  return lateness;
}
