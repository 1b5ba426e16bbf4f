/** Labels that are in the names of images and folders: UTKFace, and a folder for each class. */
import type { ImageFile } from '../images/image-list';
import { excerpt } from '../text/excerpt';
import { plural } from '../text/numbers';
import { t } from '../text/translate';
import { categoryAttribute, sexOf } from './column-values';
import type { AttributeGroup, LabelTable } from './label-table';
import { partitionWord } from './partitions';

/** UTKFace's names (Zhang et al., 2017): age, gender (1 female), race, date; some lack the race. */
const UTKFACE = /(?:^|\/)(\d{1,3})_([01])_(?:([0-4])_)?(\d{8,})[^/]*$/;

const RACES = ['White', 'Black', 'Asian', 'Indian', 'Others'];
/** Lower bounds of groups of ages, those of FairFace. */
const AGES = [0, 3, 10, 20, 30, 40, 50, 60, 70];

const ageGroup = (from: number, next: number | undefined) =>
  next === undefined ? 'more than 70' : `${from}-${next - 1}`;

/** Share of the images whose names have to be of a kind. */
const MOST = 0.9;

/** Most classes. */
const MAX_CLASSES = 50;

/** The labels in the names of UTKFace; undefined where the names are others. */
export function utkFaceLabels(images: readonly ImageFile[]): LabelTable | undefined {
  const found = images.flatMap(({ name }) => {
    const match = UTKFACE.exec(name);
    return match === null
      ? []
      : [{ name, age: Number(match[1]), gender: match[2]!, race: match[3] }];
  });
  if (found.length === 0 || found.length < MOST * images.length) return undefined;
  const ages = AGES.map((from, i) => categoryAttribute('age', ageGroup(from, AGES[i + 1])));
  const races = RACES.map((race) => categoryAttribute('race', race));
  const without = found.filter(({ race }) => race === undefined);
  const rows = found.map(({ age, gender, race }) => [
    gender === '0' ? 1 : 0,
    ...AGES.map((from, i) => Number(age >= from && age < (AGES[i + 1] ?? Infinity))),
    ...RACES.map((_, i) => (race === undefined ? NaN : Number(race === String(i)))),
  ]);
  const others = images.length - found.length;
  return {
    attributes: ['Male', ...ages, ...races],
    groups: [
      { name: 'age', attributes: ages },
      { name: 'race', attributes: races },
    ],
    images: found.map(({ name }) => name),
    faces: undefined,
    splits: undefined,
    people: undefined,
    values: Float32Array.from(rows.flat()),
    remarks: [
      ...(without.length === 0
        ? []
        : [
            t(
              "{0} without a race, like '{1}'",
              plural(without.length, 'name'),
              excerpt(without[0]!.name),
            ),
          ]),
      ...(others === 0 ? [] : [t('{0} without labels in the name', plural(others, 'image'))]),
    ],
  };
}

/** The classes that the folders of images are named after; undefined where they are others. */
export function classFolderLabels(images: readonly ImageFile[]): LabelTable | undefined {
  const found = images.flatMap(({ name }) => {
    const folders = name.split('/').slice(0, -1);
    const split = partitionWord(folders[0] ?? '');
    const [kind] = split === undefined ? folders : folders.slice(1);
    return kind === undefined ? [] : [{ name, kind, split }];
  });
  const kinds = [...new Set(found.map(({ kind }) => kind))].sort();
  if (found.length < MOST * images.length || kinds.length < 2 || kinds.length > MAX_CLASSES)
    return undefined;
  const others = images.length - found.length;
  const isSex = kinds.every((kind) => sexOf(kind) !== undefined);
  const attributes = isSex ? ['Male'] : kinds.map((kind) => categoryAttribute('class', kind));
  const groups: AttributeGroup[] = isSex ? [] : [{ name: 'class', attributes }];
  const rows = found.map(({ kind }) =>
    isSex ? [sexOf(kind)!] : kinds.map((each) => Number(each === kind)),
  );
  return {
    attributes,
    groups,
    images: found.map(({ name }) => name),
    faces: undefined,
    splits: found.some(({ split }) => split !== undefined)
      ? found.map(({ split }) => split ?? '')
      : undefined,
    people: undefined,
    values: Float32Array.from(rows.flat()),
    remarks:
      others === 0
        ? []
        : [
            others === 1
              ? t('{0} without a class, as it lies in no folder', plural(others, 'image'))
              : t('{0} without a class, as they lie in no folder', plural(others, 'image')),
          ],
  };
}
