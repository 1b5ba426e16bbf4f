/** Keys that go back, undo and redo. */

/** @returns what a key asks for; undefined where it is another one, or its field takes it. */
export function stepOf(event: KeyboardEvent): 'back' | 'undo' | 'redo' | undefined {
  // A dropdown closed by Escape has prevented the default; VS Code prevents that of undo.
  if (event.key === 'Escape') return event.defaultPrevented ? undefined : 'back';
  if (isTextField(event) || (!event.ctrlKey && !event.metaKey)) return undefined;
  const key = event.key.toLowerCase();
  if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
  return key === 'y' ? 'redo' : undefined;
}

/** Kinds of `<input>` without a text. */
const OTHERS: readonly string[] = ['checkbox', 'range'];

/** Whether a key was pressed in a field that has an undo of its own. */
const isTextField = (event: KeyboardEvent): boolean =>
  event
    .composedPath()
    .some((each) => each instanceof HTMLInputElement && !OTHERS.includes(each.type));
