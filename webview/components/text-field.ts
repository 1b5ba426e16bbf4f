/** Keys that a field takes. */

/** Kinds of `<input>` without a text. */
const OTHERS: readonly string[] = ['checkbox', 'range'];

/** Whether a key was pressed in a field that has an undo of its own. */
export const isTextField = (event: KeyboardEvent): boolean =>
  event.key !== 'Escape' &&
  event
    .composedPath()
    .some((each) => each instanceof HTMLInputElement && !OTHERS.includes(each.type));
