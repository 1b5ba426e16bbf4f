export interface Notice {
  name: string;
  version: string;
  license: string | undefined;
  where: string[];
  source: string;
  notes: string[];
  texts: string[];
  parts: { name: string; version: string | undefined; license: string; texts: string[] }[];
}
export function collect(content: {
  modules: string;
  built?: string;
  files: readonly string[];
  bundled: Readonly<Record<string, readonly string[]>>;
}): Promise<Notice[]>;
export function format(entries: readonly Notice[], target: string): Promise<string>;
export function check(content: {
  files: readonly string[];
  text: string;
  sources?: Readonly<Record<string, readonly string[]>>;
}): void;
