/** Common styles of all components, with the colors and fonts of VS Code. */
import { css } from 'lit';

export const shared = css`
  :host {
    display: block;
    color: var(--vscode-foreground);
    font-family: var(--vscode-font-family);
    font-size: var(--vscode-font-size);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
    font-weight: 600;
  }
  h1 {
    font-size: 1.5em;
  }
  h2 {
    font-size: 1.15em;
  }
  h3 {
    font-size: 1em;
  }
  p {
    font-weight: normal;
    line-height: 1.5;
  }
  .quiet {
    color: var(--vscode-descriptionForeground);
  }
  :host-context(.vscode-high-contrast) .quiet,
  :host-context(.vscode-high-contrast-light) .quiet {
    color: var(--vscode-foreground);
  }
  .wrong {
    color: var(--vscode-errorForeground);
  }
  .face {
    padding: 0;
    border: 0;
    background: var(--vscode-editorWidget-background);
    cursor: pointer;
  }
  .face img {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .face {
    position: relative;
  }
  .copies {
    position: absolute;
    top: 0;
    right: 0;
    padding: 0 3px;
    background: var(--vscode-badge-background);
    color: var(--vscode-badge-foreground);
    font-size: 0.8em;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--vscode-textLink-foreground);
    font: inherit;
    text-decoration: underline;
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--vscode-focusBorder);
    outline-offset: 1px;
  }
`;
