/**
 * Names of files, folders and attributes that are hostile to some kind of output.
 */

/** A link that runs a command of VS Code. */
const COMMAND_LINK = '[Show details](command:workbench.action.terminal.new) ';

export const HOSTILE_NAMES: readonly string[] = [
  COMMAND_LINK,
  '[a](https://example.com) [b](file:///etc/passwd)',
  '![pixel](https://example.com/pixel.png)',
  '<img src=x onerror=alert(1)> &amp; "\'',
  '</script><script>alert(1)</script>',
  '| cell | $(gear) $(sync~spin) `code` **bold**',
  'https://example.com www.example.com me@example.com',
  'photo\u202Egnp.exe',
  'zero\u200Bwidth\u00ADand\u2066isolates\u2069',
  'two\nlines\r\nand\u2028more',
  '\u001B[31mred\u001B[0m \u001B]0;title\u0007 \u009B2J \u0008\u0000',
  'half a pair \uD83D and a tag \u{E0041}',
  '=HYPERLINK("https://example.com";"x")',
  "+1+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(1)',
  '\t=1',
  'a;=1+1',
  '＝1',
  "'=1",
  'x'.repeat(100_000),
  '\u202E'.repeat(100_000),
];

/** Names that are unusual but harmless, and therefore shown unchanged. */
export const ORDINARY_NAMES: readonly string[] = [
  'IMG_0042.jpg',
  'Zoë & Jürgen (2).jpeg',
  '写真 2024.png',
  'صورة.jpg',
  'می‌خواهم.jpg', // Persian, spelled with a zero-width non-joiner
  'क्‍ष.jpg', // Devanagari, spelled with a zero-width joiner
  '👨‍👩‍👧 ❤️.jpg',
  '100%.jpg',
  'a-b_c+d=e@f.jpg',
];

/** Control characters and invisible characters. */
export const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/u;
