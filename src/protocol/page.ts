/** Messages between a webview and the extension host, which carry the calls of a channel. */
import * as z from 'zod';

const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/**
 * A message of a page. VS Code loads a new page into a webview whenever it is shown again, without
 * a notification: `page` tells them apart.
 */
export const pageMessageSchema = z.strictObject({
  page: z.string().regex(/^\w{1,40}$/),
  message: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('call'), id, name: z.string().max(40), params: z.unknown() }),
    z.strictObject({ kind: z.literal('cancel'), id }),
  ]),
});

export type PageMessage = z.infer<typeof pageMessageSchema>;

/** A message to a page. */
export interface HostMessage {
  page: string;
  message: unknown;
}
