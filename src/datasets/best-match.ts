/** The image that a name fits best. */

export interface Best {
  index: number;
  /** How well it fits, above 0. */
  fit: number;
  /** Another image that fits as well; −1 where there is none. */
  second: number;
}

/** The one that fits better; the first if both fit as well. */
export const betterOf = (one: Best | undefined, other: Best | undefined): Best | undefined =>
  (other?.fit ?? 0) > (one?.fit ?? 0) ? other : one;
