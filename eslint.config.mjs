import js from '@eslint/js';
import lit from 'eslint-plugin-lit';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.cache/', 'test-results/', 'playwright-report/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in texts read better without String() around them; everything else still has to be
      // turned to text by hand.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // The compiler cannot see that a loop's index lies within an array
      // (noUncheckedIndexedAccess): `array[i]!` says so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  { files: ['webview/**/*.ts'], extends: [lit.configs['flat/recommended']] },
  {
    // Small pieces; an exception says why beside it.
    files: ['src/**/*.ts', 'webview/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, IIFEs: true }],
      'max-len': [
        'error',
        {
          code: 100,
          ignoreUrls: true,
          ignoreStrings: true,
          ignoreTemplateLiterals: true,
          ignoreRegExpLiterals: true,
        },
      ],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { process: 'readonly', Buffer: 'readonly', setImmediate: 'readonly' },
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        performance: 'readonly',
      },
    },
  },
  {
    // The engine and everything below it run without VS Code.
    files: ['src/**/*.ts'],
    ignores: ['src/host/**', 'src/extension.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: ['vscode'], patterns: ['**/host/*'] }] },
  },
  {
    // It sends events to its maker unless it is told not to before it is loaded, which one file
    // sees to.
    files: ['src/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'onnxruntime-node',
              allowTypeImports: true,
              message: 'Use onnxruntime() of lazy-onnxruntime.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    // Foreign text reaches VS Code through src/host/outlets.ts only, where it is neutralized.
    files: ['src/host/**/*.ts', 'src/extension.ts'],
    ignores: ['src/host/outlets.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "MemberExpression[object.property.name='window'][property.name=/^(show(Information|Warning|Error)Message|showQuickPick|showInputBox|withProgress|withScmProgress|setStatusBarMessage|create(StatusBarItem|OutputChannel|QuickPick|InputBox|Terminal))$/]",
          message:
            'Show it with a function of src/host/outlets.ts: VS Code would make links and icons of foreign text.',
        },
        {
          selector: 'NewExpression[callee.property.name=/^(TreeItem|MarkdownString)$/]',
          message:
            'Make it with a function of src/host/outlets.ts: VS Code would make links and icons of foreign text.',
        },
        {
          selector:
            'AssignmentExpression[left.property.name=/^(title|label|description|tooltip|detail|badge)$/]',
          message:
            'Set it with a function of src/host/outlets.ts: VS Code would make links and icons of foreign text.',
        },
        {
          selector:
            "ImportDeclaration[source.value='vscode'] > ImportSpecifier, VariableDeclarator[init.object.name='vscode'][init.property.name='window']",
          message:
            "Write 'vscode.window…' in full, with 'import * as vscode': the other rules go by it.",
        },
      ],
    },
  },
  {
    // The command line prints through src/cli/print.ts; its line of progress is its own.
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/print.ts', 'src/cli/progress.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "MemberExpression[object.property.name=/^std(out|err)$/][property.name='write']",
          message:
            'Print it with a function of src/cli/print.ts: a terminal obeys escape sequences in foreign text.',
        },
      ],
    },
  },
);
