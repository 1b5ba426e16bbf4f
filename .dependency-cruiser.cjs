// Which folder may import which (CONTRIBUTING.md, Where things are). `npm run lint` checks it;
// imports of types count.

/** From the ground up: a folder, and what it may import besides itself. */
const MAY_IMPORT = {
  'src/text': [],
  'src/util': ['src/text'],
  'src/domain': ['src/util', 'src/text'],
  'src/channel': ['src/util'],
  'src/protocol': ['src/domain', 'src/util'],
  'src/cuda': ['src/util', 'src/text'],
  'src/archives': ['src/util', 'src/text'],
  'src/images': ['src/archives', 'src/domain', 'src/util', 'src/text'],
  'src/networks': ['src/channel', 'src/cuda', 'src/domain', 'src/util', 'src/text'],
  'src/faces': ['src/images', 'src/networks', 'src/domain', 'src/util'],
  'src/clustering': ['src/domain', 'src/util'],
  'src/datasets': ['src/archives', 'src/images', 'src/domain', 'src/util', 'src/text'],
  'src/store': ['src/archives', 'src/images', 'src/domain', 'src/util'],
  'src/runs': ['src/store', 'src/images', 'src/domain', 'src/util'],
  'src/summaries': [
    'src/runs',
    'src/clustering',
    'src/images',
    'src/domain',
    'src/util',
    'src/text',
  ],
  'src/engine/clustering': [
    'src/clustering',
    'src/summaries',
    'src/runs',
    'src/domain',
    'src/util',
  ],
  'src/engine/threads': [
    'src/channel',
    'src/clustering',
    'src/summaries',
    'src/faces',
    'src/networks',
    'src/images',
    'src/domain',
    'src/util',
    'src/text',
  ],
  'src/host': [
    'src/channel/(messages|port|serve)',
    'src/engine/(client|bundled-files)',
    'src/protocol',
    'src/runs',
    'src/summaries',
    'src/cuda',
    'src/archives/archive-path',
    'src/images',
    'src/domain',
    'src/util',
    'src/text',
  ],
  'src/cli': [
    'src/engine/(client|bundled-files|jobs/outputs)',
    'src/summaries',
    'src/domain',
    'src/util',
    'src/text',
  ],
  webview: [
    'src/channel/(messages|remote)',
    'src/protocol',
    'src/summaries',
    'src/domain',
    'src/util',
    'src/text',
    'src/wat',
  ],
};

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(MAY_IMPORT).map(([folder, others]) => ({
      name: `${folder} imports only: ${others.join(', ') || 'nothing'}`,
      severity: 'error',
      from: { path: `^${folder}/` },
      to: {
        path: '^(src|webview)/',
        pathNot: [folder, ...others].map((each) => `^${each}(/|\\.)`),
      },
    })),
    {
      name: 'engine imports neither host nor command line',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^(src/(host|cli|extension)|webview)' },
    },
    {
      name: 'only main.ts imports jobs',
      severity: 'error',
      from: { path: '^src/engine/', pathNot: '^src/engine/(jobs/|main\\.ts)' },
      to: { path: '^src/engine/jobs/' },
    },
    {
      name: 'vscode-in-the-host-only',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/(host/|extension\\.ts)' },
      to: { path: '^vscode$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
