import { css } from 'lit';

export const styles = css`
  dialog {
    max-width: min(1200px, 94vw);
    max-height: 94vh;
    padding: 14px 18px 18px;
    overflow: auto;
    border: 1px solid
      var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border)));
    border-radius: 6px;
    background: var(--vscode-editorWidget-background);
    color: var(--vscode-foreground);
  }
  dialog::backdrop {
    background: color-mix(in srgb, var(--vscode-editor-background) 65%, transparent);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
    align-items: center;
    margin-bottom: 10px;
  }
  h2 {
    flex: 1;
    overflow-wrap: anywhere;
  }
  .body {
    display: flex;
    flex-wrap: wrap;
    gap: 14px;
    align-items: flex-start;
  }
  .photo {
    position: relative;
    flex: 0 1 auto;
    min-width: 160px;
  }
  .photo img {
    display: block;
    max-width: min(560px, 86vw);
    max-height: 74vh;
  }
  svg.boxes {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .boxes rect {
    fill: transparent;
    stroke: #fff;
    stroke-width: 2;
    vector-effect: non-scaling-stroke;
    paint-order: stroke;
    cursor: pointer;
    filter: drop-shadow(0 0 1px #000);
  }
  .boxes rect.marked {
    stroke: var(--vscode-charts-yellow, #e2b203);
    stroke-width: 4;
  }
  .boxes rect:focus-visible {
    outline: 2px solid var(--vscode-focusBorder);
  }
  .pictures {
    display: flex;
    flex-wrap: wrap;
    flex: 0 1 auto;
    gap: 14px;
    align-items: flex-start;
    max-width: 740px;
  }
  fc-alike-faces {
    flex-basis: 100%;
    max-width: 380px;
  }
  .crop {
    width: 160px;
    aspect-ratio: 5 / 6;
  }
  .attributes {
    flex: 1 1 480px;
    max-height: 74vh;
    overflow: auto;
  }
  /* Attributes beside the photo, where there is room. */
  @media (min-width: 860px) {
    .body {
      flex-wrap: nowrap;
    }
    .pictures {
      flex: 0 0 auto;
      max-width: 44%;
    }
    .photo img {
      max-width: 100%;
      max-height: 56vh;
    }
    .attributes {
      flex: 1 1 0;
      min-width: 0;
    }
  }
`;
