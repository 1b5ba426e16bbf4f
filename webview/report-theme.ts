/** Colors for the report, which has no theme of VS Code: light or dark as in the system. */

const shared = {
  'font-family': 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': 'ui-monospace, monospace',
};

const light = {
  foreground: '#3b3b3b',
  descriptionForeground: '#616161',
  'editor-background': '#ffffff',
  'editorWidget-background': '#f8f8f8',
  'editorWidget-border': '#d4d4d4',
  'widget-border': '#d4d4d4',
  'panel-border': '#d4d4d4',
  focusBorder: '#005fb8',
  'textLink-foreground': '#005fb8',
  'button-background': '#005fb8',
  'button-foreground': '#ffffff',
  'button-hoverBackground': '#0258a8',
  'button-secondaryBackground': '#e5e5e5',
  'button-secondaryForeground': '#3b3b3b',
  'button-secondaryHoverBackground': '#cccccc',
  'badge-background': '#e3e3e3',
  'badge-foreground': '#3b3b3b',
  'charts-blue': '#1a73c9',
  'charts-red': '#e51400',
  'charts-orange': '#b05b00',
  'charts-yellow': '#b98900',
  'charts-green': '#388a34',
  'charts-purple': '#652d90',
  'charts-foreground': '#3b3b3b',
};

const dark: typeof light = {
  foreground: '#cccccc',
  descriptionForeground: '#9d9d9d',
  'editor-background': '#1f1f1f',
  'editorWidget-background': '#262626',
  'editorWidget-border': '#3c3c3c',
  'widget-border': '#3c3c3c',
  'panel-border': '#3c3c3c',
  focusBorder: '#0078d4',
  'textLink-foreground': '#4daafc',
  'button-background': '#0078d4',
  'button-foreground': '#ffffff',
  'button-hoverBackground': '#026ec1',
  'button-secondaryBackground': '#3a3d41',
  'button-secondaryForeground': '#ffffff',
  'button-secondaryHoverBackground': '#45494e',
  'badge-background': '#616161',
  'badge-foreground': '#f8f8f8',
  'charts-blue': '#3794ff',
  'charts-red': '#f14c4c',
  'charts-orange': '#d18616',
  'charts-yellow': '#cca700',
  'charts-green': '#89d185',
  'charts-purple': '#b180d7',
  'charts-foreground': '#cccccc',
};

/** Sets the colors, and updates them when the system changes. */
export function applyReportTheme(): void {
  const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    for (const [name, value] of Object.entries({
      ...shared,
      ...(prefersDark.matches ? dark : light),
    })) {
      document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }
    document.documentElement.style.colorScheme = prefersDark.matches ? 'dark' : 'light';
    document.body.style.background = 'var(--vscode-editor-background)';
    document.body.style.margin = '0 24px';
  };
  prefersDark.addEventListener('change', apply);
  apply();
}
