/**
 * HEIC and HEIF, decoded by libheif with libde265. It turns and crops the primary image as its
 * properties say; orientations in Exif data repeat them and do not count (ISO/IEC 23008-12, A.2.3).
 */
import { createRequire } from 'node:module';
import type { MainModule } from 'libheif-js/libheif-wasm/libheif';
import type { DecodedPixels, PixelFormat, PixelHeader } from './pixel-format';
import { type EmscriptenModule, type EmscriptenOptions, WasmDecoder } from './wasm-decoder';

/** The functions of libheif's C interface that are used; pointers are numbers. */
type Libheif = EmscriptenModule &
  Pick<
    MainModule,
    | '_malloc'
    | '_free'
    | '_heif_context_alloc'
    | '_heif_context_free'
    | '_heif_context_read_from_memory_without_copy'
    | '_heif_context_get_primary_image_handle'
    | '_heif_image_handle_release'
    | '_heif_image_handle_get_width'
    | '_heif_image_handle_get_height'
    | '_heif_image_handle_has_alpha_channel'
    | '_heif_image_handle_get_raw_color_profile_size'
    | '_heif_image_handle_get_raw_color_profile'
    | '_heif_image_handle_get_nclx_color_profile'
    | '_heif_nclx_color_profile_free'
    | '_heif_decode_image'
    | '_heif_image_get_width'
    | '_heif_image_get_height'
    | '_heif_image_get_plane_readonly'
    | '_heif_image_release'
  >;

/** Values of libheif's enumerations. */
const RGB = 1;
const INTERLEAVED_RGB = 10;
const INTERLEAVED_RGBA = 11;
const INTERLEAVED = 10;

/** Bytes of libheif's structure for errors: two numbers and the address of the message. */
const ERROR_BYTES = 12;
/** Of messages, at most. */
const MAX_MESSAGE_BYTES = 300;
const POINTER_BYTES = 4;

/** Where libheif's structure for colors has the primaries, before the transfer function. */
const PRIMARIES_AT = 4;
/** Numbers of H.273. */
const P3_PRIMARIES = 12;
const SRGB_TRANSFER = 13;

const decoder = new WasmDecoder<Libheif>(
  () => createRequire(__filename).resolve('libheif-js/libheif-wasm/libheif.wasm'),
  (options) => {
    const library = createRequire(__filename)('libheif-js/libheif-wasm/libheif.js') as (
      options: EmscriptenOptions,
    ) => Libheif;
    return library(options);
  },
);

/** A file that libheif has open. */
class HeicFile {
  /** Room for an error, and for one pointer or number that a function returns. */
  private readonly error: number;
  private readonly result: number;
  private readonly content: number;
  private readonly context: number;
  private readonly handle: number;

  constructor(
    private readonly heif: Libheif,
    bytes: Buffer,
  ) {
    this.error = heif._malloc(ERROR_BYTES + POINTER_BYTES);
    this.result = this.error + ERROR_BYTES;
    this.content = heif._malloc(bytes.length);
    heif.HEAPU8.set(bytes, this.content);
    this.context = heif._heif_context_alloc();
    const { error, context, content, result } = this;
    heif._heif_context_read_from_memory_without_copy(error, context, content, bytes.length, 0);
    this.check();
    heif._heif_context_get_primary_image_handle(error, context, result);
    this.check();
    this.handle = this.uint32(result);
  }

  header(): PixelHeader {
    const { heif, handle } = this;
    return {
      width: heif._heif_image_handle_get_width(handle),
      height: heif._heif_image_handle_get_height(handle),
      depth: 'uchar', // libheif rounds deeper values
      profile: this.profile(),
    };
  }

  private profile(): PixelHeader['profile'] {
    const { heif, handle, error } = this;
    const length = heif._heif_image_handle_get_raw_color_profile_size(handle);
    if (length === 0) return this.isDisplayP3() ? 'p3' : undefined;
    const at = heif._malloc(length);
    heif._heif_image_handle_get_raw_color_profile(error, handle, at);
    this.check();
    const profile = Buffer.from(heif.HEAPU8.subarray(at, at + length));
    heif._free(at);
    return profile;
  }

  /** Whether the colors are given by numbers (ITU-T H.273), and those are Display P3's. */
  private isDisplayP3(): boolean {
    const { heif, handle, error, result } = this;
    heif._heif_image_handle_get_nclx_color_profile(error, handle, result);
    if (this.uint32(error) !== 0) return false; // there are none
    const numbers = this.uint32(result);
    const isP3 =
      this.uint32(numbers + PRIMARIES_AT) === P3_PRIMARIES &&
      this.uint32(numbers + PRIMARIES_AT + POINTER_BYTES) === SRGB_TRANSFER;
    heif._heif_nclx_color_profile_free(numbers);
    return isP3;
  }

  decode(): DecodedPixels {
    const { heif, handle, error, result } = this;
    const channels = heif._heif_image_handle_has_alpha_channel(handle) === 0 ? 3 : 4;
    const chroma = channels === 3 ? INTERLEAVED_RGB : INTERLEAVED_RGBA;
    heif._heif_decode_image(error, handle, result, RGB, chroma, 0);
    this.check();
    const image = this.uint32(result);
    const width = heif._heif_image_get_width(image, INTERLEAVED);
    const height = heif._heif_image_get_height(image, INTERLEAVED);
    const start = heif._heif_image_get_plane_readonly(image, INTERLEAVED, result);
    const stride = this.uint32(result);
    const data = new Uint8Array(width * height * channels);
    for (let y = 0; y < height; y++) {
      const row = start + y * stride;
      data.set(heif.HEAPU8.subarray(row, row + width * channels), y * width * channels);
    }
    heif._heif_image_release(image);
    return { data, width, height, channels };
  }

  close(): void {
    const { heif } = this;
    heif._heif_image_handle_release(this.handle);
    heif._heif_context_free(this.context);
    heif._free(this.content);
    heif._free(this.error);
  }

  /** @throws Error with libheif's message where the last call failed. */
  private check(): void {
    if (this.uint32(this.error) === 0) return;
    const start = this.uint32(this.error + 2 * POINTER_BYTES);
    const text = Buffer.from(this.heif.HEAPU8.subarray(start, start + MAX_MESSAGE_BYTES));
    throw new Error(text.toString('utf8', 0, Math.max(0, text.indexOf(0))));
  }

  private uint32(at: number): number {
    const { buffer } = this.heif.HEAPU8;
    return new DataView(buffer).getUint32(at, true);
  }
}

function withFile<T>(bytes: Buffer, work: (file: HeicFile) => T): Promise<T> {
  return decoder.use((heif) => {
    const file = new HeicFile(heif, bytes);
    const result = work(file); // after an error the instance is discarded as a whole
    file.close();
    return result;
  });
}

export const HEIC: PixelFormat = {
  name: 'a HEIC',
  header: (bytes) => withFile(bytes, (file) => file.header()),
  decode: (bytes) => withFile(bytes, (file) => file.decode()),
};
