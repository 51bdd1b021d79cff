/**
 * Functions of H3, the grid of hexagons over the earth. The grid itself is a library's (h3-js), which whoever opens a
 * database hands in with `useCellLibrary`: this room imports no packages. Indexes are 64-bit numbers here and hexadecimal
 * texts there. A number that is no cell, or no edge, is an error, as in ClickHouse.
 */
import { BOOLEAN, computed, DOUBLE, INTEGER, list, UBIGINT, VARCHAR, type ComputedFunction } from './definition.ts';

type Place = readonly [number, number];

/** What is used of h3-js. Places are latitude and longitude, in degrees. */
export interface CellLibrary {
  readonly isValidCell: (cell: string) => boolean;
  readonly isValidDirectedEdge: (edge: string) => boolean;
  readonly isPentagon: (cell: string) => boolean;
  readonly isResClassIII: (cell: string) => boolean;
  readonly getBaseCellNumber: (cell: string) => number;
  readonly getIcosahedronFaces: (cell: string) => readonly number[];
  readonly getResolution: (cell: string) => number;
  readonly latLngToCell: (latitude: number, longitude: number, resolution: number) => string;
  readonly cellToLatLng: (cell: string) => Place;
  readonly cellToBoundary: (cell: string) => readonly Place[];
  readonly cellToParent: (cell: string, resolution: number) => string;
  readonly cellToChildren: (cell: string, resolution: number) => readonly string[];
  readonly cellToCenterChild: (cell: string, resolution: number) => string;
  readonly gridDisk: (cell: string, size: number) => readonly string[];
  readonly gridRing: (cell: string, size: number) => readonly string[];
  readonly gridDistance: (from: string, to: string) => number;
  readonly gridPathCells: (from: string, to: string) => readonly string[];
  readonly areNeighborCells: (one: string, other: string) => boolean;
  readonly cellsToDirectedEdge: (from: string, to: string) => string;
  readonly directedEdgeToCells: (edge: string) => readonly string[];
  readonly originToDirectedEdges: (cell: string) => readonly string[];
  readonly directedEdgeToBoundary: (edge: string) => readonly Place[];
  readonly greatCircleDistance: (one: number[], other: number[], unit: string) => number;
  readonly cellArea: (cell: string, unit: string) => number;
  readonly edgeLength: (edge: string, unit: string) => number;
  readonly getHexagonAreaAvg: (resolution: number, unit: string) => number;
  readonly getHexagonEdgeLengthAvg: (resolution: number, unit: string) => number;
  readonly getNumCells: (resolution: number) => number;
  readonly getRes0Cells: () => readonly string[];
  readonly getPentagons: (resolution: number) => readonly string[];
}

let library: CellLibrary | undefined;

export function useCellLibrary(given: CellLibrary): void {
  library = given;
}

function cells(): CellLibrary {
  if (!library) throw new Error('Cells of H3 are not at hand here.');
  return library;
}

function textOf(index: bigint): string {
  return index.toString(16);
}

function numberOf(text: string): bigint {
  return BigInt(`0x${text}`);
}

function numbersOf(texts: readonly string[]): readonly bigint[] {
  return texts.map(numberOf);
}

function cell(index: bigint): string {
  const text = textOf(index);
  if (!cells().isValidCell(text)) throw new Error(`${index} is no cell of H3.`);
  return text;
}

function edge(index: bigint): string {
  const text = textOf(index);
  if (!cells().isValidDirectedEdge(text)) throw new Error(`${index} is no edge of H3.`);
  return text;
}

const FINEST = 15;

function resolution(given: number): number {
  if (given < 0 || given > FINEST) throw new Error(`The resolution ${given} is out of bounds: H3 has 0 to ${FINEST}.`);
  return given;
}

/** H3's own mean radius of the earth, in kilometres. */
const EARTH_KM = 6371.007180918475;

const MOST_CHILDREN = 1_000_000;

function children(parent: string, finer: number): readonly bigint[] {
  const steps = finer - cells().getResolution(parent);
  if (steps > 0 && 7 ** steps > MOST_CHILDREN) throw new Error(`A cell has more than ${MOST_CHILDREN.toLocaleString('en-US')} children of resolution ${finer}.`);
  return steps < 0 ? [] : numbersOf(cells().cellToChildren(parent, finer));
}

/** What the library refuses has another value in ClickHouse. */
function or<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise; // Such as two cells that are too far from each other.
  }
}

function place(latitude: number, longitude: number, fineness: number): bigint {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) throw new Error(`Latitude ${latitude} and longitude ${longitude} are no place.`);
  return numberOf(cells().latLngToCell(latitude, longitude, resolution(fineness)));
}

function ofText(text: string): bigint {
  const found = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(text)?.[1];
  if (found === undefined || numberOf(found) === 0n) throw new Error(`'${text}' is no index of H3.`);
  return numberOf(found);
}

const PLACES = list(list(DOUBLE));
const INDEXES = list(UBIGINT);
const ofCell = <T>(work: (text: string) => T) => (index: bigint) => work(cell(index));
const ofEdge = <T>(work: (text: string) => T) => (index: bigint) => work(edge(index));
const size = (given: number): number => {
  if (given < 0 || given > 1000) throw new Error(`A ring of ${given} cells is too large: take up to 1000.`);
  return given;
};

/** By ClickHouse's names. */
export const H3 = {
  geoToH3: computed('sandpiper_h3_of_place', [DOUBLE, DOUBLE, INTEGER], UBIGINT, place),
  h3ToGeo: computed('sandpiper_h3_place', [UBIGINT], list(DOUBLE), ofCell((text) => cells().cellToLatLng(text))),
  h3ToGeoBoundary: computed('sandpiper_h3_boundary', [UBIGINT], PLACES, ofCell((text) => cells().cellToBoundary(text))),
  h3IsValid: computed('sandpiper_h3_is_valid', [UBIGINT], BOOLEAN, (index) => cells().isValidCell(textOf(index))),
  h3GetResolution: computed('sandpiper_h3_resolution', [UBIGINT], INTEGER, ofCell((text) => cells().getResolution(text))),
  h3GetBaseCell: computed('sandpiper_h3_base_cell', [UBIGINT], INTEGER, ofCell((text) => cells().getBaseCellNumber(text))),
  h3IsPentagon: computed('sandpiper_h3_is_pentagon', [UBIGINT], BOOLEAN, ofCell((text) => cells().isPentagon(text))),
  h3IsResClassIII: computed('sandpiper_h3_is_class_3', [UBIGINT], BOOLEAN, ofCell((text) => cells().isResClassIII(text))),
  h3GetFaces: computed('sandpiper_h3_faces', [UBIGINT], list(INTEGER), ofCell((text) => cells().getIcosahedronFaces(text))),
  h3ToString: computed('sandpiper_h3_text', [UBIGINT], VARCHAR, textOf),
  stringToH3: computed('sandpiper_h3_of_text', [VARCHAR], UBIGINT, ofText),
  h3ToParent: computed('sandpiper_h3_parent', [UBIGINT, INTEGER], UBIGINT, (index, coarser) => or(() => numberOf(cells().cellToParent(cell(index), resolution(coarser))), 0n)),
  h3ToCenterChild: computed('sandpiper_h3_center_child', [UBIGINT, INTEGER], UBIGINT, (index, finer) => numberOf(cells().cellToCenterChild(cell(index), resolution(finer)))),
  h3ToChildren: computed('sandpiper_h3_children', [UBIGINT, INTEGER], INDEXES, (index, finer) => children(cell(index), resolution(finer))),
  h3kRing: computed('sandpiper_h3_disk', [UBIGINT, INTEGER], INDEXES, (index, k) => numbersOf(cells().gridDisk(cell(index), size(k)))),
  h3HexRing: computed('sandpiper_h3_ring', [UBIGINT, INTEGER], INDEXES, (index, k) => numbersOf(cells().gridRing(cell(index), size(k)))),
  h3Distance: computed('sandpiper_h3_distance', [UBIGINT, UBIGINT], INTEGER, (one, other) => {
    const [from, to] = [cell(one), cell(other)];
    return or(() => cells().gridDistance(from, to), -1);
  }),
  h3Line: computed('sandpiper_h3_line', [UBIGINT, UBIGINT], INDEXES, (one, other) => numbersOf(cells().gridPathCells(cell(one), cell(other)))),
  h3IndexesAreNeighbors: computed('sandpiper_h3_are_neighbors', [UBIGINT, UBIGINT], BOOLEAN, (one, other) => {
    const [from, to] = [cell(one), cell(other)];
    return or(() => cells().areNeighborCells(from, to), false);
  }),
  h3GetRes0Indexes: computed('sandpiper_h3_coarsest', [], INDEXES, () => numbersOf(cells().getRes0Cells())),
  h3GetPentagonIndexes: computed('sandpiper_h3_pentagons', [INTEGER], INDEXES, (given) => numbersOf(cells().getPentagons(resolution(given)))),
  h3NumHexagons: computed('sandpiper_h3_count', [INTEGER], DOUBLE, (given) => cells().getNumCells(resolution(given))),
  h3EdgeAngle: computed('sandpiper_h3_edge_angle', [INTEGER], DOUBLE, (given) => (cells().getHexagonEdgeLengthAvg(resolution(given), 'km') / EARTH_KM) * (180 / Math.PI)),
  h3EdgeLengthKm: computed('sandpiper_h3_edge_km', [INTEGER], DOUBLE, (given) => cells().getHexagonEdgeLengthAvg(resolution(given), 'km')),
  h3EdgeLengthM: computed('sandpiper_h3_edge_m', [INTEGER], DOUBLE, (given) => cells().getHexagonEdgeLengthAvg(resolution(given), 'm')),
  h3HexAreaKm2: computed('sandpiper_h3_area_km2', [INTEGER], DOUBLE, (given) => cells().getHexagonAreaAvg(resolution(given), 'km2')),
  h3HexAreaM2: computed('sandpiper_h3_area_m2', [INTEGER], DOUBLE, (given) => cells().getHexagonAreaAvg(resolution(given), 'm2')),
  h3CellAreaM2: computed('sandpiper_h3_cell_area_m2', [UBIGINT], DOUBLE, ofCell((text) => cells().cellArea(text, 'm2'))),
  h3CellAreaRads2: computed('sandpiper_h3_cell_area_rads2', [UBIGINT], DOUBLE, ofCell((text) => cells().cellArea(text, 'rads2'))),
  h3ExactEdgeLengthKm: computed('sandpiper_h3_exact_edge_km', [UBIGINT], DOUBLE, ofEdge((text) => cells().edgeLength(text, 'km'))),
  h3ExactEdgeLengthM: computed('sandpiper_h3_exact_edge_m', [UBIGINT], DOUBLE, ofEdge((text) => cells().edgeLength(text, 'm'))),
  h3ExactEdgeLengthRads: computed('sandpiper_h3_exact_edge_rads', [UBIGINT], DOUBLE, ofEdge((text) => cells().edgeLength(text, 'rads'))),
  h3UnidirectionalEdgeIsValid: computed('sandpiper_h3_is_edge', [UBIGINT], BOOLEAN, (index) => cells().isValidDirectedEdge(textOf(index))),
  h3GetUnidirectionalEdge: computed('sandpiper_h3_edge', [UBIGINT, UBIGINT], UBIGINT, (one, other) => {
    const [from, to] = [cell(one), cell(other)];
    return or(() => numberOf(cells().cellsToDirectedEdge(from, to)), 0n);
  }),
  h3GetUnidirectionalEdgesFromHexagon: computed('sandpiper_h3_edges', [UBIGINT], INDEXES, ofCell((text) => numbersOf(cells().originToDirectedEdges(text)))),
  h3GetOriginIndexFromUnidirectionalEdge: computed('sandpiper_h3_edge_origin', [UBIGINT], UBIGINT, ofEdge((text) => numberOf(cells().directedEdgeToCells(text)[0] ?? '0'))),
  h3GetDestinationIndexFromUnidirectionalEdge: computed('sandpiper_h3_edge_destination', [UBIGINT], UBIGINT, ofEdge((text) => numberOf(cells().directedEdgeToCells(text)[1] ?? '0'))),
  h3GetIndexesFromUnidirectionalEdge: computed('sandpiper_h3_edge_cells', [UBIGINT], INDEXES, ofEdge((text) => numbersOf(cells().directedEdgeToCells(text)))),
  h3GetUnidirectionalEdgeBoundary: computed('sandpiper_h3_edge_boundary', [UBIGINT], PLACES, ofEdge((text) => cells().directedEdgeToBoundary(text))),
  h3PointDistM: computed('sandpiper_h3_point_m', [DOUBLE, DOUBLE, DOUBLE, DOUBLE], DOUBLE, (...at) => distance(at, 'm')),
  h3PointDistKm: computed('sandpiper_h3_point_km', [DOUBLE, DOUBLE, DOUBLE, DOUBLE], DOUBLE, (...at) => distance(at, 'km')),
  h3PointDistRads: computed('sandpiper_h3_point_rads', [DOUBLE, DOUBLE, DOUBLE, DOUBLE], DOUBLE, (...at) => distance(at, 'rads')),
} as const satisfies Readonly<Record<string, ComputedFunction>>;

function distance([latitude1, longitude1, latitude2, longitude2]: readonly [number, number, number, number], unit: string): number {
  return cells().greatCircleDistance([latitude1, longitude1], [latitude2, longitude2], unit);
}
