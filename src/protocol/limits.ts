/** Limits that both ends of a connection know. */

/** Characters of a page's own error, at most. */
export const MAX_TROUBLE = 2000;
