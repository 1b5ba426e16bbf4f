/** The page of a panel: one script; the content security policy blocks everything else. */
import { randomBytes } from 'node:crypto';
import { forXml } from '../../text/neutralize';
import { pageTextsElement, spokenTexts } from '../../text/page-texts';
import { language } from '../../text/translate';

/** @param script URL of the script in the webview. */
export function panelHtml(script: string): string {
  const nonce = randomBytes(16).toString('base64url');
  // Pictures arrive as bytes in messages; components set their styles through the CSSOM.
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'", // not covered by default-src
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="${forXml(language())}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<title>Face Clusters</title>
<style nonce="${nonce}">
body { background: var(--vscode-editor-background); }
/* Checkboxes, lists and sliders of the browser, like the theme. */
body.vscode-dark, body.vscode-high-contrast { color-scheme: dark; }
body.vscode-high-contrast-light { color-scheme: light; }
</style>
</head>
<body>
${pageTextsElement(spokenTexts())}<script nonce="${nonce}" src="${forXml(script)}"></script>
</body>
</html>
`;
}
