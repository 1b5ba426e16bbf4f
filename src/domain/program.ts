/** This program, as results name it. */
import { name, version } from '../../package.json';

export const PROGRAM = { name, version, text: `${name} ${version}` } as const;
