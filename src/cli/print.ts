/**
 * What the command line prints, but for the line of progress: a terminal obeys escape sequences,
 * and names of files and errors of libraries may hold some.
 */
import { forTerminal, forTerminalOutput } from '../text/neutralize';

/** Results, on stdout. */
export function printLines(lines: readonly string[]): void {
  console.log(lines.map(forTerminal).join('\n'));
}

/** One line on stderr. */
export function printError(line: string): void {
  console.error(forTerminal(line));
}

/** Text with lines of its own, on stderr. */
export function printErrorText(text: string): void {
  process.stderr.write(forTerminalOutput(text));
}

/** Text with lines of its own, on stdout. */
export function printText(text: string): void {
  process.stdout.write(forTerminalOutput(text));
}
