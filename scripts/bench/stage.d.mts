/** Bundles the scripts of test/bench. */
export function bundle(): Promise<void>;

/** Runs a script of test/bench. @returns its output. */
export function stage(...command: (string | number)[]): Promise<unknown>;
