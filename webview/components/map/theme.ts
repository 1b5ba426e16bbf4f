/** The theme of VS Code on canvases, which style sheets do not reach. */
import { isDarkColor, packedColors } from './colors';
import type { Paint } from './painter';

/** Colors of an element, whose background color is that of the canvas. */
export function paintOf(element: HTMLElement): Paint {
  const style = getComputedStyle(element);
  const classes = document.body.classList;
  const isContrastHigh =
    classes.contains('vscode-high-contrast') || classes.contains('vscode-high-contrast-light');
  return {
    background: packedColors([style.backgroundColor])[0]!,
    behind: style.backgroundColor,
    foreground: style.color,
    focus: style.getPropertyValue('--vscode-focusBorder').trim() || style.color,
    opacity: isContrastHigh ? 1 : 0.85,
  };
}

export const isDark = ({ background }: Paint): boolean => isDarkColor(background);

/** Calls the listener when VS Code changes its theme. @returns what ends that. */
export function watchTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  const options = { attributeFilter: ['class', 'style', 'data-vscode-theme-id'] };
  observer.observe(document.body, options);
  observer.observe(document.documentElement, options);
  return () => {
    observer.disconnect();
  };
}

/** Whether the user asked the system for less motion. */
export const isMotionReduced = (): boolean =>
  window.matchMedia('(prefers-reduced-motion: reduce)').matches;
