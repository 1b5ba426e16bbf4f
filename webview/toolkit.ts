/**
 * The only file that uses @vscode/webview-ui-toolkit. It is deprecated upstream: to replace it,
 * register other elements here under the same tag names (<vscode-button>, <vscode-dropdown>,
 * <vscode-option>, <vscode-progress-ring>, <vscode-text-field>).
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
}
