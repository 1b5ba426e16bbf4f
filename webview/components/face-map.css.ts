import { css } from 'lit';

export const styles = css`
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-bottom: 8px;
  }
  .controls vscode-dropdown {
    min-width: 160px;
  }
  .map {
    position: relative;
    height: clamp(280px, 62vh, 760px);
    overflow: hidden;
    border: 1px solid var(--vscode-panel-border, var(--vscode-widget-border, currentColor));
    cursor: grab;
    touch-action: none;
    user-select: none;
  }
  .map:active {
    cursor: grabbing;
  }
  .map.outdated canvas {
    display: none;
  }
  .map.lasso {
    cursor: crosshair;
  }
  .map:focus-visible {
    outline-offset: -2px;
  }
  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    background: var(--vscode-editor-background, Canvas);
  }
  canvas.above {
    background: none;
    pointer-events: none;
  }
  .message {
    position: absolute;
    inset: 0;
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    padding: 16px;
    text-align: center;
    cursor: auto;
  }
  .card {
    position: absolute;
    width: 168px;
    padding: 6px;
    border: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, currentColor));
    background: var(--vscode-editorWidget-background, Canvas);
    pointer-events: none;
  }
  .card img {
    display: block;
    height: 110px;
    margin: 0 auto 4px;
  }
  .card p {
    overflow: hidden;
    line-height: 1.35;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 14px;
    margin: 8px 0;
    padding: 0;
    list-style: none;
  }
  .legend .link {
    color: inherit;
    text-decoration: none;
  }
  .legend .link:hover {
    text-decoration: underline;
  }
  .swatch {
    width: 10px;
    height: 10px;
    margin-right: 5px;
  }
  .ramp {
    width: 180px;
    height: 14px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
  }
`;
