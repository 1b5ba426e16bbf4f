/** Where the focus goes when a view opens or closes. */
import type { LitElement } from 'lit';

/** A view that takes the focus over from something that closes. */
export interface FocusedView extends LitElement {
  /** Gives the focus to the first control. */
  focusStart(): void;
  /** Gives the focus to the card of a cluster, where there are cards. */
  focusCard?: (cluster: number) => Promise<void>;
}

/**
 * Moves the focus to an element, unless it is outside of the page: who goes through the clusters in
 * the side panel goes on there.
 */
export function focusIfHere(element: HTMLElement | null | undefined): void {
  if (document.hasFocus()) element?.focus({ preventScroll: true });
}

/** Resolves when the toolkit has drawn its buttons, in the frame after their values changed. */
export async function buttonsDrawn(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}
