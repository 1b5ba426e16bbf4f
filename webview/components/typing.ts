/** Whether something is typed, so that keys belong to a text field. */

/** @param root of the element whose descendants may have the focus, through all shadow roots. */
export function isTyping(root: DocumentOrShadowRoot = document): boolean {
  const active = root.activeElement;
  if (active?.shadowRoot != null) return isTyping(active.shadowRoot);
  return (
    active instanceof HTMLTextAreaElement ||
    (active instanceof HTMLInputElement && active.type !== 'checkbox' && active.type !== 'range')
  );
}
