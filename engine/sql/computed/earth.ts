/** Places on the earth: distances, geohashes, and whether a point is in a polygon. Angles are in degrees, longitude first. */
import { BOOLEAN, computed, DOUBLE, INTEGER, list, VARCHAR } from './definition.ts';

/** Metres; the radius of the sphere with the earth's surface. */
const RADIUS = 6_371_007.180918474;
const RADIANS = Math.PI / 180;
/** Up to here ClickHouse measures on a plane at the middle latitude. */
const NEAR_DEGREES = 13;

export type DistanceMethod = 'sphere' | 'ellipsoid' | 'angle';
export const DISTANCE_METHODS: readonly DistanceMethod[] = ['sphere', 'ellipsoid', 'angle'];

const STEPS = 1024;
const ARC_STEPS = 512;
const COSINES = Array.from({ length: STEPS + 1 }, (_, step) => Math.cos((2 * Math.PI * step) / STEPS));
const ARCS = Array.from({ length: ARC_STEPS + 1 }, (_, step) => Math.asin(Math.sqrt(step / ARC_STEPS)));

/** A value between two of a table. */
function between(table: readonly number[], place: number, mask?: number): number {
  const whole = Math.floor(place);
  const step = mask === undefined ? whole : whole & mask;
  const [low, high] = [table[step] ?? 0, table[step + 1] ?? 0];
  return low + (high - low) * (place - whole);
}

/** ClickHouse's sines and arcs come from tables with straight lines between; so do these, for the same last digits. */
function cosine(angle: number): number {
  return between(COSINES, Math.abs(angle) * (STEPS / Math.PI / 2), STEPS - 1);
}

function sine(angle: number): number {
  return between(COSINES, Math.abs(angle) * (STEPS / Math.PI / 2) + STEPS * 0.75, STEPS - 1);
}

function arcOfRoot(x: number): number {
  if (x < 0.122) {
    const root = Math.sqrt(x);
    return root + x * root * 0.166666666666666 + x * x * root * 0.075 + x * x * x * root * 0.044642857142857;
  }
  return x < 0.948 ? between(ARCS, x * ARC_STEPS) : Math.asin(Math.sqrt(Math.min(x, 1)));
}

/** The squares of the lengths of a degree of latitude and of longitude, by latitude from pole to pole. */
const SQUARES: Readonly<Record<DistanceMethod, readonly [readonly number[], readonly number[]]>> = { sphere: squares('sphere'), ellipsoid: squares('ellipsoid'), angle: squares('angle') };

function squares(method: DistanceMethod): readonly [readonly number[], readonly number[]] {
  const lengths = Array.from({ length: STEPS + 1 }, (_, step) => degreeLengths(step * (Math.PI / STEPS) - Math.PI / 2, method));
  return [lengths.map(([north]) => north ** 2), lengths.map(([, east]) => east ** 2)];
}

/** Length of a degree of latitude and of longitude at a latitude in radians. */
function degreeLengths(angle: number, method: DistanceMethod): readonly [number, number] {
  if (method === 'angle') return [1, Math.cos(angle)];
  if (method === 'sphere') return [RADIUS * RADIANS, RADIUS * RADIANS * Math.cos(angle)];
  return [
    111_132.09 - 566.05 * Math.cos(2 * angle) + 1.2 * Math.cos(4 * angle),
    111_415.13 * Math.cos(angle) - 94.55 * Math.cos(3 * angle) + 0.12 * Math.cos(5 * angle),
  ];
}

function turn(left: number, right: number): number {
  const difference = Math.abs(left - right);
  return difference > 180 ? 360 - difference : difference;
}

function distance(fromLongitude: number, fromLatitude: number, toLongitude: number, toLatitude: number, methodIndex: number): number {
  const method = DISTANCE_METHODS[methodIndex] ?? 'sphere';
  const [longitudes, latitudes] = [turn(fromLongitude, toLongitude), turn(fromLatitude, toLatitude)];
  if (longitudes < NEAR_DEGREES) {
    const place = ((fromLatitude + toLatitude + 180) * STEPS) / 360;
    const [north, east] = SQUARES[method];
    return Math.sqrt(between(north, place, STEPS - 1) * latitudes ** 2 + between(east, place, STEPS - 1) * longitudes ** 2);
  }
  const half = sine((latitudes * RADIANS) / 2) ** 2 + cosine(fromLatitude * RADIANS) * cosine(toLatitude * RADIANS) * sine((longitudes * RADIANS) / 2) ** 2;
  const arc = 2 * arcOfRoot(half);
  return method === 'angle' ? arc / RADIANS : RADIUS * arc;
}

const GEOHASH_LETTERS = '0123456789bcdefghjkmnpqrstuvwxyz';
const LONGEST_GEOHASH = 12;

function lettersFor(precision: number): number {
  return precision < 1 || precision > LONGEST_GEOHASH ? LONGEST_GEOHASH : precision;
}

/** Five bits a letter, longitude first, by turns. */
function geohash(longitude: number, latitude: number, precision: number): string {
  const ranges: [[number, number], [number, number]] = [[-180, 180], [-90, 90]];
  const place = [longitude, latitude];
  let text = '';
  for (let letter = 0; letter < lettersFor(precision); letter += 1) {
    let value = 0;
    for (let bit = 0; bit < 5; bit += 1) {
      const axis = (letter * 5 + bit) % 2 === 0 ? 0 : 1;
      const range = ranges[axis];
      const middle = (range[0] + range[1]) / 2;
      const above = (place[axis] ?? 0) >= middle;
      value = value * 2 + (above ? 1 : 0);
      if (above) range[0] = middle;
      else range[1] = middle;
    }
    text += GEOHASH_LETTERS[value] ?? '';
  }
  return text;
}

/** The middle of a geohash's cell. */
function geohashPlace(text: string): readonly number[] {
  const ranges: [[number, number], [number, number]] = [[-180, 180], [-90, 90]];
  [...text.slice(0, LONGEST_GEOHASH)].forEach((letter, index) => {
    const found = GEOHASH_LETTERS.indexOf(letter);
    const value = found < 0 ? 31 : found;
    for (let bit = 0; bit < 5; bit += 1) {
      const range = ranges[(index * 5 + bit) % 2 === 0 ? 0 : 1];
      const middle = (range[0] + range[1]) / 2;
      if ((value >> (4 - bit)) & 1) range[0] = middle;
      else range[1] = middle;
    }
  });
  return ranges.map(([low, high]) => (low + high) / 2);
}

const MOST_CELLS = 10_000_000;

/** The geohashes of all cells that a box touches: from west to east, each column from south to north. */
function geohashesInBox(west: number, south: number, east: number, north: number, precision: number): readonly string[] {
  if ([west, south, east, north].some(Number.isNaN) || west > east || south > north) return [];
  const letters = lettersFor(precision);
  const bits = letters * 5;
  const [width, height] = [360 / 2 ** Math.ceil(bits / 2), 180 / 2 ** Math.floor(bits / 2)];
  const index = (value: number, low: number, size: number, count: number) => Math.min(Math.max(Math.floor((value - low) / size), 0), count - 1);
  const [columns, rows] = [360 / width, 180 / height];
  const [firstColumn, lastColumn] = [index(west, -180, width, columns), index(east, -180, width, columns)];
  const [firstRow, lastRow] = [index(south, -90, height, rows), index(north, -90, height, rows)];
  if ((lastColumn - firstColumn + 1) * (lastRow - firstRow + 1) > MOST_CELLS) throw new Error('geohashesInBox would give more than ten million geohashes: take a smaller precision.');
  const cells: string[] = [];
  for (let column = firstColumn; column <= lastColumn; column += 1) {
    for (let row = firstRow; row <= lastRow; row += 1) cells.push(geohash(-180 + (column + 0.5) * width, -90 + (row + 0.5) * height, letters));
  }
  return cells;
}

type Ring = readonly (readonly number[])[];

/** Whether the point is on the line of a ring, inside of it, or outside. */
function placeInRing(x: number, y: number, ring: Ring): 'on' | 'in' | 'out' {
  let inside = false;
  for (let index = 0; index < ring.length; index += 1) {
    const [ax = 0, ay = 0] = ring[index] ?? [];
    const [bx = 0, by = 0] = ring[(index + 1) % ring.length] ?? [];
    const cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    if (cross === 0 && x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by)) return 'on';
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside ? 'in' : 'out';
}

/** The first ring is the outer line, the others are holes; lines belong to the polygon. */
function isInPolygon(x: number, y: number, rings: readonly Ring[]): boolean {
  const [outer, ...holes] = rings;
  if (!outer) return false;
  const place = placeInRing(x, y, outer);
  return place === 'on' || (place === 'in' && !holes.some((hole) => placeInRing(x, y, hole) === 'in'));
}

const RINGS = list(list(list(DOUBLE)));

export const EARTH_DISTANCE = computed('sandpiper_earth_distance', [DOUBLE, DOUBLE, DOUBLE, DOUBLE, INTEGER], DOUBLE, distance);
export const GEOHASH = computed('sandpiper_geohash', [DOUBLE, DOUBLE, INTEGER], VARCHAR, geohash);
export const GEOHASH_PLACE = computed('sandpiper_geohash_place', [VARCHAR], list(DOUBLE), geohashPlace);
export const GEOHASHES_IN_BOX = computed('sandpiper_geohashes_in_box', [DOUBLE, DOUBLE, DOUBLE, DOUBLE, INTEGER], list(VARCHAR), geohashesInBox);
export const IN_POLYGON = computed('sandpiper_in_polygon', [DOUBLE, DOUBLE, RINGS], BOOLEAN, isInPolygon);

export const EARTH = [EARTH_DISTANCE, GEOHASH, GEOHASH_PLACE, GEOHASHES_IN_BOX, IN_POLYGON];
