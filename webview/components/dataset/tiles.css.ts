/** Faces with a text beside each. */
import { css } from 'lit';

export const tiles = css`
  section {
    margin-top: 26px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 14px;
    margin-bottom: 8px;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(270px, 1fr));
    gap: 12px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .tiles li {
    display: grid;
    grid-template-columns: 89px 1fr;
    gap: 10px;
    line-height: 1.4;
    min-width: 0;
  }
  .tiles li > div {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .face,
  .missing {
    width: 89px;
    height: 109px;
  }
  .missing {
    display: grid;
    place-items: center;
    background: var(--vscode-editorWidget-background);
    color: var(--vscode-descriptionForeground);
  }
  .name {
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;
