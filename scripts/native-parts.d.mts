interface Part {
  name: string;
  license: string;
  texts?: string[];
  packaged?: string[];
}
export const LIBVIPS: Record<string, Part>;
export const NATIVE_FILES: { files: RegExp; versions?: Record<string, Part>; parts: Part[] }[];
export const MISSING_TEXTS: { packages: RegExp; texts?: string[]; packaged?: string[] }[];
export const SHARED_TEXTS: string[];
