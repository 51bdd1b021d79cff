/**
 * Functions of places: distances, geohashes, points in polygons and ellipses. What they compute is in computed/earth.ts.
 * Other functions of geometry are refused with a reason, and so are H3 and S2, which need tables of cells.
 */
import { bound, type Bound } from '../bound.ts';
import { callComputed } from '../computed/definition.ts';
import { DISTANCE_METHODS, EARTH_DISTANCE, GEOHASH, GEOHASH_PLACE, GEOHASHES_IN_BOX, IN_POLYGON, type DistanceMethod } from '../computed/earth.ts';
import { duck, duckInteger, duckName, joined, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql, tupleFieldNames } from '../physical.ts';
import { array, bare, FLOAT32, FLOAT64, printType, STRING, UINT8, type ClickHouseType } from '../types.ts';
import { at, define, isNull, need, nullResult, once, result, typeError } from './arguments.ts';
import { wholeSql } from './argument-forms.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

function double(value: Bound): DuckSql {
  return duck`CAST(${plainSql(value)} AS DOUBLE)`;
}

function numbers(args: readonly Bound[], call: FunctionCall): readonly DuckSql[] {
  return args.map((arg, index) => {
    need(call, arg, 'number', index);
    return double(arg);
  });
}

function distance(method: DistanceMethod) {
  return (args: readonly Bound[], call: FunctionCall): Bound => {
    const places = numbers(args, call);
    if (args.some(isNull)) return nullResult(call.span);
    const type = args.some((arg) => { const each = bare(arg.type); return each.kind === 'Float' && each.bits === 64; }) ? FLOAT64 : FLOAT32;
    return result(call, args, type, duck`CAST(${callComputed(EARTH_DISTANCE, ...places, duckInteger(DISTANCE_METHODS.indexOf(method)))} AS ${duckTypeSql(type)})`);
  };
}

function precision(value: Bound | undefined, call: FunctionCall): DuckSql {
  if (!value) return duckInteger(12);
  need(call, value, 'integer');
  return duck`CAST(${wholeSql(value)} AS INTEGER)`;
}

/** The x and y of a point, which is a tuple of two numbers. */
function coordinates(type: ClickHouseType, sql: DuckSql): readonly [DuckSql, DuckSql] | undefined {
  const inner = bare(type);
  if (inner.kind === 'Geo') return coordinates(inner.of, sql);
  if (inner.kind !== 'Tuple' || inner.elements.length !== 2 || inner.elements.some((element) => !['Integer', 'Float', 'Decimal'].includes(bare(element.type).kind))) return undefined;
  const [x, y] = tupleFieldNames(inner.elements).map((name) => duck`CAST(${sql}.${duckName(name)} AS DOUBLE)`);
  return x && y ? [x, y] : undefined;
}

/** How many arrays lie around a point; undefined where there is none inside. */
function depthOf(type: ClickHouseType): number | undefined {
  const inner = bare(type);
  if (inner.kind === 'Geo') return depthOf(inner.of);
  if (inner.kind !== 'Array') return coordinates(inner, duck`p`) ? 0 : undefined;
  const depth = depthOf(inner.of);
  return depth === undefined ? undefined : depth + 1;
}

function ringSql(type: ClickHouseType, sql: DuckSql, call: FunctionCall): DuckSql {
  const inner = bare(type);
  if (inner.kind === 'Geo') return ringSql(inner.of, sql, call);
  if (inner.kind !== 'Array') {
    const point = coordinates(inner, sql);
    return point ? duck`[${point}]` : sql;
  }
  const item = duckName(call.context.freshName());
  return duck`list_transform(${sql}, lambda ${item}: ${ringSql(inner.of, item, call)})`;
}

/** The polygon as one array of rings, or as an outer ring and holes; a multipolygon is any of its polygons. */
function pointInPolygon(args: readonly Bound[], call: FunctionCall): Bound {
  const [point, first, ...holes] = args;
  const place = point && coordinates(point.type, plainSql(point));
  if (!point || !place) throw typeError(`${call.name} takes a point (x, y) as its first argument.`, (point ?? at(args, 0)).span);
  if (!first) throw typeError(`${call.name} takes a polygon as its second argument.`, call.span);
  const depth = depthOf(first.type);
  if (depth === undefined || depth < 1 || holes.some((hole) => depthOf(hole.type) !== 1) || (depth > 1 && holes.length > 0)) throw typeError(`${call.name} takes a polygon as arrays of points, not a value of type ${printType(first.type)}.`, first.span);
  const rings = ringSql(first.type, plainSql(first), call);
  const inside = (polygon: DuckSql) => callComputed(IN_POLYGON, place[0], place[1], polygon);
  if (depth === 3) {
    const polygon = duckName(call.context.freshName());
    return bound(UINT8, duck`(len(list_filter(${rings}, lambda ${polygon}: ${inside(polygon)})) > 0)`, call.span, 'boolean');
  }
  const all = depth === 2 ? rings : duck`[${[rings, ...holes.map((hole) => ringSql(hole.type, plainSql(hole), call))]}]`;
  return bound(UINT8, inside(all), call.span, 'boolean');
}

/** Whether x, y is in any of the ellipses x, y, a, b. */
function pointInEllipses(args: readonly Bound[], call: FunctionCall): Bound {
  if (args.length < 6 || (args.length - 2) % 4 !== 0) throw typeError(`${call.name} takes x, y and for each ellipse its middle and its two half axes.`, call.span);
  const [x, y, ...rest] = numbers(args, call);
  if (args.some(isNull) || !x || !y) return nullResult(call.span);
  const tests: DuckSql[] = [];
  for (let index = 0; index < rest.length; index += 4) {
    const [centerX, centerY, a, b] = rest.slice(index, index + 4);
    if (centerX && centerY && a && b) tests.push(duck`(pow((${x} - ${centerX}) / ${a}, 2) + pow((${y} - ${centerY}) / ${b}, 2) <= 1)`);
  }
  return result(call, args, UINT8, duck`(${joined(tests, ' OR ')})`, 'boolean');
}

const PLACE: ClickHouseType = { kind: 'Tuple', elements: [{ name: 'longitude', type: FLOAT64 }, { name: 'latitude', type: FLOAT64 }] };

const describe = (name: string, signature: string, help: string) => ({ name, signature, help, category: 'geo' as const });
const FROM_TO = '(longitude1, latitude1, longitude2, latitude2)';

export const GEO: readonly FunctionDefinition[] = [
  define(describe('greatCircleDistance', `greatCircleDistance${FROM_TO}`, 'Metres between two places on a sphere.'), 4, 4, distance('sphere')),
  define(describe('greatCircleAngle', `greatCircleAngle${FROM_TO}`, 'Degrees between two places on a sphere.'), 4, 4, distance('angle')),
  define(describe('geoDistance', `geoDistance${FROM_TO}`, 'Metres between two places on the ellipsoid of the earth.'), 4, 4, distance('ellipsoid')),
  define(describe('geohashEncode', 'geohashEncode(longitude, latitude[, precision])', 'The geohash of a place, with 12 letters or fewer.'), 2, 3, (args, call) => {
    const [longitude, latitude] = numbers(args.slice(0, 2), call);
    if (args.some(isNull) || !longitude || !latitude) return nullResult(call.span);
    return result(call, args, STRING, callComputed(GEOHASH, longitude, latitude, precision(args[2], call)));
  }),
  define(describe('geohashDecode', 'geohashDecode(text)', 'The middle of the cell of a geohash.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'text', 0);
    if (isNull(at(args, 0))) return nullResult(call.span);
    return bound(PLACE, once(call, callComputed(GEOHASH_PLACE, plainSql(at(args, 0))), (place) => duck`struct_pack(longitude := ${place}[1], latitude := ${place}[2])`), call.span);
  }),
  define(describe('geohashesInBox', 'geohashesInBox(longitude_min, latitude_min, longitude_max, latitude_max[, precision])', 'The geohashes of all cells that a box touches.'), 4, 5, (args, call) =>
    bound(array(STRING), callComputed(GEOHASHES_IN_BOX, ...numbers(args.slice(0, 4), call), precision(args[4], call)), call.span)),
  define(describe('pointInPolygon', 'pointInPolygon((x, y), [(x, y), …], …)', '1 when the point is in the polygon or on its line; further arrays are holes.'), 2, Infinity, pointInPolygon),
  define(describe('pointInEllipses', 'pointInEllipses(x, y, x0, y0, a0, b0, …)', '1 when the point is in any of the ellipses.'), 6, Infinity, pointInEllipses),
];
