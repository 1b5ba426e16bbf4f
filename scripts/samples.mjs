// Sample photos from the npm registry. Both packages are under the MIT license; they are not copied
// into the repository.
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { once, run } from './process.mjs';

/** Unpacks the path `inside` of an npm package into `folder`. */
async function unpack(spec, folder, inside) {
  await run('npm', ['pack', '--loglevel=error', '--pack-destination', '.', spec], {
    cwd: folder,
    quiet: true,
  });
  const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['xzf', archive, inside], { cwd: folder });
  await rm(join(folder, archive));
}

/**
 * 72 portraits of 128×128 pixels, one of which shows a toy head.
 * @returns a folder with the subfolders `female` and `male`.
 */
export function samplePortraits() {
  return once('sample-portraits', async (folder) => {
    console.error('Fetching sample portraits (once) …');
    await unpack('tabler-ui@0.0.34', folder, 'package/dist/demo/faces');
    for (const part of ['female', 'male'])
      await rename(join(folder, 'package', 'dist', 'demo', 'faces', part), join(folder, part));
    await rm(join(folder, 'package'), { recursive: true });
  });
}

/** Six group photos of 1,920 pixels with 22 faces. @returns the folder. */
export function samplePhotos() {
  return once('sample-photos', async (folder) => {
    console.error('Fetching sample group photos (once) …');
    await unpack('@vladmandic/face-api@1.7.15', folder, 'package/demo');
    const photos = (await readdir(join(folder, 'package', 'demo'))).filter((name) =>
      /^sample\d\.jpg$/.test(name),
    );
    await mkdir(folder, { recursive: true });
    for (const photo of photos)
      await rename(join(folder, 'package', 'demo', photo), join(folder, photo));
    await rm(join(folder, 'package'), { recursive: true });
  });
}

/**
 * MediaPipe's package with the face detector as TFLite (Apache-2.0), from which
 * weights/face-detector.onnx was made.
 * @returns the folder.
 */
export function detectorSource() {
  return once('mediapipe-face-detection', async (folder) => {
    console.error('Fetching the source of the face detector (once) …');
    await unpack('@mediapipe/face_detection@0.4.1657300184', folder, 'package');
  });
}
