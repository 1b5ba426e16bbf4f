/** Names the toolkit's text fields for screen readers. */

/** The toolkit names every field 'Text field' when it is connected; `data-label` has its name. */
export function labelFields(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLElement>('vscode-text-field'))
    field.setAttribute('aria-label', field.dataset.label ?? '');
}
