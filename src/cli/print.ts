/**
 * All output of the command line except progress. Names of files and errors of libraries may
 * contain escape sequences, which are removed because a terminal would interpret them.
 */
import { forTerminal, forTerminalOutput } from '../text/neutralize';

/** Prints results on stdout. */
export function printLines(lines: readonly string[]): void {
  console.log(lines.map(forTerminal).join('\n'));
}

/** Prints one line on stderr. */
export function printError(line: string): void {
  console.error(forTerminal(line));
}

/** Prints text that may contain line breaks on stderr. */
export function printErrorText(text: string): void {
  process.stderr.write(forTerminalOutput(text));
}

/** Prints text that may contain line breaks on stdout. */
export function printText(text: string): void {
  process.stdout.write(forTerminalOutput(text));
}
