import { css } from 'lit';

export const styles = css`
  article {
    display: grid;
    gap: 10px;
    height: 100%;
    padding: 12px;
    border: 1px solid
      var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border)));
    border-radius: 6px;
    background: var(--vscode-editorWidget-background);
    align-content: start;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 10px;
  }
  header .link {
    font-weight: 600;
    font-size: 1.15em;
    text-decoration: none;
  }
  header .link:hover {
    text-decoration: underline;
  }
  .tags {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    min-height: 1.7em;
  }
  .tag {
    padding: 1px 7px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 9px;
    background: var(--vscode-badge-background);
    color: var(--vscode-badge-foreground);
    font-size: 0.92em;
  }
  .body {
    display: grid;
    grid-template-columns: 112px 1fr;
    gap: 12px;
    align-items: start;
  }
  .eigenface {
    width: 112px;
    aspect-ratio: 5 / 6;
    padding: 0;
    border: 0;
    background: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
    cursor: pointer;
  }
  .eigenface img {
    display: block;
    width: 100%;
    height: 100%;
  }
  .faces {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(44px, 1fr));
    gap: 3px;
    max-height: 111px;
    overflow: hidden;
  }
  .faces .face {
    aspect-ratio: 5 / 6;
  }
`;
