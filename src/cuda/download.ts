/** Downloads an archive of known size. */
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decimal } from '../text/numbers';
import { shortPath } from '../text/short-path';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import { fsReason, isSystemError } from '../util/fs-errors';
import { FILE_MODE } from '../util/user-files';

export interface DownloadLimits {
  /** Milliseconds in which at least `least` bytes must arrive. */
  interval: number;
  /** Otherwise the download is stalled: a server that sends single bytes would never finish. */
  least: number;
}

export interface DownloadOptions {
  signal: AbortSignal;
  /** Called with the bytes received so far. */
  onProgress: (bytes: number) => void;
  limits: DownloadLimits;
}

interface Source {
  url: string;
  /** Bytes of the archive. */
  size: number;
}

/**
 * @param file path of a new file in the temporary folder.
 * @throws UserError where the archive cannot be fetched or written, stalls, or has another size;
 * the reason of `signal` where it is aborted.
 */
export async function download(
  source: Source,
  file: string,
  { signal, onProgress, limits }: DownloadOptions,
): Promise<void> {
  const transfer = new Transfer(source, onProgress);
  const end = new AbortController();
  const timer = setInterval(() => {
    const problem = transfer.stallSince(limits);
    if (problem !== undefined) end.abort(problem);
  }, limits.interval);
  const either = AbortSignal.any([signal, end.signal]);
  try {
    const response = await fetch(source.url, { signal: either });
    const body = transfer.bodyOf(response);
    await pipeline(
      Readable.fromWeb(body),
      (chunks: AsyncIterable<Uint8Array>) => transfer.count(chunks),
      createWriteStream(file, { flags: 'wx', mode: FILE_MODE }),
      { signal: either },
    );
    transfer.checkComplete();
  } catch (error) {
    either.throwIfAborted();
    throw transfer.userError(error);
  } finally {
    clearInterval(timer);
    end.abort(); // closes the connection
  }
}

/** Counts the bytes of a download, and phrases what went wrong with it. */
class Transfer {
  private bytes = 0;
  private before = 0;

  constructor(
    private readonly source: Source,
    private readonly onProgress: (bytes: number) => void,
  ) {}

  /** @throws Error for an HTTP status, UserError for a `Content-Length` of another size. */
  bodyOf(response: Response): NonNullable<Response['body']> {
    if (!response.ok || response.body === null) throw new Error(t('status {0}', response.status));
    const announced = response.headers.get('content-length');
    const isPlain = !response.headers.has('content-encoding');
    if (announced !== null && isPlain && Number(announced) !== this.source.size)
      throw this.wrongSize(announced);
    return response.body;
  }

  async *count(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length;
      if (this.bytes > this.source.size) throw this.wrongSize(t('more'));
      this.onProgress(this.bytes);
      yield chunk;
    }
  }

  checkComplete(): void {
    if (this.bytes < this.source.size) throw this.wrongSize(String(this.bytes));
  }

  /** @returns an error if too few bytes arrived since the last call. */
  stallSince({ interval, least }: DownloadLimits): UserError | undefined {
    const arrived = this.bytes - this.before;
    this.before = this.bytes;
    if (arrived >= least) return undefined;
    const seconds = (interval / 1000).toFixed(0);
    return new UserError(
      t(
        '{0} sent {1} bytes in {2} s, after {3}: given up. Check the connection and the proxy, and try again',
        this.source.url,
        arrived,
        seconds,
        this.share(),
      ),
    );
  }

  userError(error: unknown): UserError {
    if (error instanceof UserError) return error;
    if (isSystemError(error)) {
      return new UserError(
        t(
          "cannot write to '{0}' after {1}: {2}",
          shortPath(tmpdir()),
          this.share(),
          fsReason(error),
        ),
        { cause: error },
      );
    }
    const hasCause = error instanceof Error && error.cause !== undefined;
    const reason = messageOf(hasCause ? error.cause : error);
    return new UserError(
      t(
        'cannot fetch {0} ({1}): {2}. Check the connection and the proxy, and try again',
        this.source.url,
        this.share(),
        reason,
      ),
      { cause: error },
    );
  }

  private wrongSize(got: string): UserError {
    const { url, size } = this.source;
    return new UserError(
      t(
        'the archive from {0} is not the expected one: expected {1} bytes, got {2}',
        url,
        size,
        got,
      ),
    );
  }

  /** `12.3 of 179.1 MB` */
  private share(): string {
    return t('{0} of {1} MB', decimal(this.bytes / 1e6, 1), decimal(this.source.size / 1e6, 1));
  }
}
