/** Functions of H3, the grid of hexagons: names, arguments and types. What they compute is in computed/h3.ts. */
import { bound, type Bound } from '../bound.ts';
import { callComputed, type ComputedFunction } from '../computed/definition.ts';
import { H3 } from '../computed/h3.ts';
import { duck, duckName, type DuckSql } from '../duck.ts';
import { duckTypeSql, plainSql } from '../physical.ts';
import { array, FLOAT64, int, STRING, UINT64, UINT8, type ClickHouseType } from '../types.ts';
import { define, isNull, need, nullResult, result } from './arguments.ts';
import { wholeSql } from './argument-forms.ts';
import type { FunctionDefinition } from './definition.ts';

type Argument = 'index' | 'resolution' | 'k' | 'latitude' | 'longitude' | 'text';

const PLACE: ClickHouseType = { kind: 'Tuple', elements: [{ name: 'latitude', type: FLOAT64 }, { name: 'longitude', type: FLOAT64 }] };
const BARE_PLACE: ClickHouseType = { kind: 'Tuple', elements: [{ type: FLOAT64 }, { type: FLOAT64 }] };
const PAIR: ClickHouseType = { kind: 'Tuple', elements: [{ name: 'origin', type: UINT64 }, { name: 'destination', type: UINT64 }] };
const PLACES = array(BARE_PLACE);
const INDEXES = array(UINT64);

/** Name, arguments, result, help. */
const FUNCTIONS: readonly (readonly [keyof typeof H3, readonly Argument[], ClickHouseType, string])[] = [
  ['geoToH3', ['latitude', 'longitude', 'resolution'], UINT64, 'The cell of H3 that a place is in.'],
  ['h3ToGeo', ['index'], PLACE, 'Latitude and longitude of the middle of a cell.'],
  ['h3ToGeoBoundary', ['index'], PLACES, 'The corners of a cell, as latitudes and longitudes.'],
  ['h3IsValid', ['index'], UINT8, '1 when the number is a cell of H3.'],
  ['h3GetResolution', ['index'], UINT8, 'How fine a cell is, from 0 to 15.'],
  ['h3GetBaseCell', ['index'], UINT8, 'The number of the coarsest cell that a cell is in.'],
  ['h3IsPentagon', ['index'], UINT8, '1 when a cell has five corners.'],
  ['h3IsResClassIII', ['index'], UINT8, '1 when the resolution of a cell is odd.'],
  ['h3GetFaces', ['index'], array(UINT8), 'The faces of the icosahedron that a cell touches.'],
  ['h3ToString', ['index'], STRING, 'An index of H3 as hexadecimal text.'],
  ['stringToH3', ['text'], UINT64, 'An index of H3 from hexadecimal text.'],
  ['h3ToParent', ['index', 'resolution'], UINT64, 'The coarser cell that a cell is in.'],
  ['h3ToCenterChild', ['index', 'resolution'], UINT64, 'The finer cell in the middle of a cell.'],
  ['h3ToChildren', ['index', 'resolution'], INDEXES, 'The finer cells in a cell.'],
  ['h3kRing', ['index', 'k'], INDEXES, 'The cells within k steps of a cell.'],
  ['h3HexRing', ['index', 'k'], INDEXES, 'The cells that are k steps from a cell.'],
  ['h3Distance', ['index', 'index'], int(64), 'The steps from a cell to another; -1 where they cannot be told.'],
  ['h3Line', ['index', 'index'], INDEXES, 'The cells on the way from a cell to another.'],
  ['h3IndexesAreNeighbors', ['index', 'index'], UINT8, '1 when two cells share an edge.'],
  ['h3GetRes0Indexes', [], INDEXES, 'The coarsest cells.'],
  ['h3GetPentagonIndexes', ['resolution'], INDEXES, 'The cells with five corners.'],
  ['h3NumHexagons', ['resolution'], int(64), 'How many cells cover the earth.'],
  ['h3EdgeAngle', ['resolution'], FLOAT64, 'The mean length of an edge in degrees.'],
  ['h3EdgeLengthKm', ['resolution'], FLOAT64, 'The mean length of an edge in kilometres.'],
  ['h3EdgeLengthM', ['resolution'], FLOAT64, 'The mean length of an edge in metres.'],
  ['h3HexAreaKm2', ['resolution'], FLOAT64, 'The mean area of a cell in square kilometres.'],
  ['h3HexAreaM2', ['resolution'], FLOAT64, 'The mean area of a cell in square metres.'],
  ['h3CellAreaM2', ['index'], FLOAT64, 'The area of a cell in square metres.'],
  ['h3CellAreaRads2', ['index'], FLOAT64, 'The area of a cell in square radians.'],
  ['h3ExactEdgeLengthKm', ['index'], FLOAT64, 'The length of an edge in kilometres.'],
  ['h3ExactEdgeLengthM', ['index'], FLOAT64, 'The length of an edge in metres.'],
  ['h3ExactEdgeLengthRads', ['index'], FLOAT64, 'The length of an edge in radians.'],
  ['h3UnidirectionalEdgeIsValid', ['index'], UINT8, '1 when the number is an edge of H3.'],
  ['h3GetUnidirectionalEdge', ['index', 'index'], UINT64, 'The edge from a cell to its neighbour.'],
  ['h3GetUnidirectionalEdgesFromHexagon', ['index'], INDEXES, 'The edges of a cell.'],
  ['h3GetOriginIndexFromUnidirectionalEdge', ['index'], UINT64, 'The cell that an edge leaves.'],
  ['h3GetDestinationIndexFromUnidirectionalEdge', ['index'], UINT64, 'The cell that an edge leads to.'],
  ['h3GetIndexesFromUnidirectionalEdge', ['index'], PAIR, 'The two cells of an edge.'],
  ['h3GetUnidirectionalEdgeBoundary', ['index'], PLACES, 'The ends of an edge, as latitudes and longitudes.'],
  ['h3PointDistM', ['latitude', 'longitude', 'latitude', 'longitude'], FLOAT64, 'Metres between two places on a sphere.'],
  ['h3PointDistKm', ['latitude', 'longitude', 'latitude', 'longitude'], FLOAT64, 'Kilometres between two places on a sphere.'],
  ['h3PointDistRads', ['latitude', 'longitude', 'latitude', 'longitude'], FLOAT64, 'Radians between two places on a sphere.'],
];

export const H3_FUNCTIONS: readonly FunctionDefinition[] = FUNCTIONS.map(([name, takes, type, help]) =>
  define({ name, signature: `${name}(${takes.join(', ')})`, help, category: 'geo' }, takes.length, takes.length, (args, call) => {
    const values = args.map((arg, index) => {
      const kind = takes[index] ?? 'index';
      need(call, arg, kind === 'text' ? 'text' : kind === 'latitude' || kind === 'longitude' ? 'number' : 'integer', index);
      return argumentSql(arg, kind);
    });
    if (args.some(isNull)) return nullResult(call.span);
    return type.kind === 'Array' || type.kind === 'Tuple' ? bound(type, shaped(type, H3[name], values), call.span) : result(call, args, type, duck`CAST(${callComputed(H3[name], ...values)} AS ${duckTypeSql(type)})`);
  }));

function argumentSql(value: Bound, kind: Argument): DuckSql {
  if (kind === 'text') return plainSql(value);
  if (kind === 'index') return duck`CAST(${plainSql(value)} AS UBIGINT)`;
  return kind === 'latitude' || kind === 'longitude' ? duck`CAST(${plainSql(value)} AS DOUBLE)` : duck`CAST(${wholeSql(value)} AS INTEGER)`;
}

/** Lists of two numbers, or of lists of them, as tuples. */
function shaped(type: ClickHouseType, computed: ComputedFunction, values: readonly DuckSql[]): DuckSql {
  const list = callComputed(computed, ...values);
  const tuple = (fields: readonly string[], item: DuckSql) => duck`struct_pack(${fields.map((field, index) => duck`${duckName(field)} := ${index === 0 ? duck`${item}[1]` : duck`${item}[2]`}`)})`;
  if (type.kind === 'Tuple') {
    const item = duckName('pair');
    return duck`list_extract(list_transform([${list}], lambda ${item}: ${tuple(type.elements.map((element, index) => element.name ?? String(index + 1)), item)}), 1)`;
  }
  if (type.kind === 'Array' && type.of.kind === 'Tuple') return duck`list_transform(${list}, lambda ${duckName('place')}: ${tuple(['1', '2'], duckName('place'))})`;
  return duck`CAST(${list} AS ${duckTypeSql(type)})`;
}
