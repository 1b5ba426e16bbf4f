import { css } from 'lit';

export const styles = css`
  nav {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-bottom: 8px;
  }
  nav h2 {
    margin: 0 8px;
    font-size: 1.4em;
  }
  .apart {
    margin-bottom: 14px;
  }
  .sides {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 220px minmax(0, 1fr);
    gap: 16px 20px;
    align-items: start;
    margin-bottom: 20px;
  }
  .side {
    min-width: 0;
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-bottom: 8px;
  }
  .choice select {
    flex: 1 1 auto;
    min-width: 0;
    min-height: 26px;
    padding: 3px 6px;
    border: 1px solid var(--vscode-dropdown-border, currentColor);
    background: var(--vscode-dropdown-background);
    color: var(--vscode-dropdown-foreground);
    font: inherit;
  }
  .swatch {
    flex: none;
    display: inline-block;
    width: 12px;
    height: 12px;
    border: 1px solid var(--vscode-foreground);
  }
  .swatch.first {
    background: rgb(33, 102, 172);
  }
  .swatch.second {
    background: rgb(179, 88, 6);
  }
  .figures {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    margin-bottom: 8px;
  }
  .pictures {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
    align-items: flex-end;
    margin-bottom: 10px;
  }
  img,
  canvas,
  .waiting {
    display: block;
    width: 64px;
    aspect-ratio: 5 / 6;
  }
  .mean,
  canvas,
  .waiting {
    width: 180px;
    max-width: 100%;
  }
  .components {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 64px));
    gap: 10px;
  }
  .components img {
    width: 100%;
  }
  .waiting {
    background: color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
  }
  .faces {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(56px, 1fr));
    gap: 4px;
    max-width: 520px;
  }
  .faces .face {
    aspect-ratio: 5 / 6;
  }
  figure {
    margin: 0;
  }
  figcaption {
    margin-bottom: 8px;
  }
  .key {
    display: flex;
    align-items: center;
    gap: 6px;
    margin-top: 4px;
    font-size: 0.92em;
  }
  .key span:last-child {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .attributes {
    max-width: 900px;
  }
  .attributes h3 {
    margin-bottom: 6px;
  }
  details {
    margin-top: 12px;
  }
  summary {
    margin-bottom: 6px;
    cursor: pointer;
  }
  @media (max-width: 760px) {
    .sides {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
    .choice {
      flex-wrap: wrap;
    }
    .choice select {
      flex: 1 1 calc(100% - 24px);
    }
    .difference {
      grid-row: 2;
      grid-column: 1 / -1;
    }
  }
`;
