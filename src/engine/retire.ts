/** Whether this process is to do nothing more. */

let retired = false;

/**
 * Ends this process when the call it is working on is answered: something in it hangs, and cannot
 * be ended by itself.
 */
export function retireProcess(): void {
  retired = true;
}

export const isRetired = (): boolean => retired;
