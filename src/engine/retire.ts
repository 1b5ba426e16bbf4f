/** Whether this process must not be used for further calls. */

let retired = false;

/** Ends this process after the current call, since a thread in it hangs and cannot be ended. */
export function retireProcess(): void {
  retired = true;
}

export const isRetired = (): boolean => retired;
