/**
 * Functions of places, series and vectors that ClickHouse knows and Sandpiper does not run, each with the reason, so that
 * nobody takes them for mistyped names.
 */
import { unsupported } from './arguments.ts';
import type { FunctionDefinition } from './definition.ts';

/** The reason completes "… is not supported: …"; the names that it holds for stand behind it. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['cells of H3 are made of places one by one here: use geoToH3', 'h3PolygonToCells h3PolygonToCellsWithContainment'],
  ['it needs the tables of cells of S2; use geohashEncode', ''],
  ['only pointInPolygon, distances and geohashes are computed here', 'MGRSToGeo MVTBoundingBox MVTBoundingBoxMercator MVTEncodeGeom UTMToGeo areaCartesian areaSpherical flipCoordinates geoToMGRS geoToUTM geometryIntersectCartesian geometryIntersectSpherical perimeterCartesian perimeterSpherical polygonAreaCartesian polygonAreaSpherical polygonConvexHullCartesian polygonPerimeterCartesian polygonPerimeterSpherical polygonsDistanceCartesian polygonsDistanceSpherical polygonsEqualsCartesian polygonsIntersectCartesian polygonsIntersectSpherical polygonsIntersectionCartesian polygonsIntersectionSpherical polygonsSymDifferenceCartesian polygonsSymDifferenceSpherical polygonsUnionCartesian polygonsUnionSpherical polygonsWithinCartesian polygonsWithinSpherical readWKB readWKBLineString readWKBMultiLineString readWKBMultiPolygon readWKBPoint readWKBPolygon readWKT readWKTLineString readWKTMultiLineString readWKTMultiPolygon readWKTPoint readWKTPolygon readWKTRing svg wkb wkt'],
  ['keep the vector as a Map, and combine maps with mapAdd', 'numericIndexedVectorAllValueSum numericIndexedVectorBuild numericIndexedVectorCardinality numericIndexedVectorGetValue numericIndexedVectorPointwiseAdd numericIndexedVectorPointwiseDivide numericIndexedVectorPointwiseEqual numericIndexedVectorPointwiseGreater numericIndexedVectorPointwiseGreaterEqual numericIndexedVectorPointwiseLess numericIndexedVectorPointwiseLessEqual numericIndexedVectorPointwiseMultiply numericIndexedVectorPointwiseNotEqual numericIndexedVectorPointwiseSubtract numericIndexedVectorShortDebugString numericIndexedVectorToMap'],
  ['it belongs to the table engine TimeSeries', 'timeSeriesCopyTag timeSeriesCopyTags timeSeriesExtractTag timeSeriesFromGrid timeSeriesGroupToSamplingKey timeSeriesGroupToTags timeSeriesIdToGroup timeSeriesIdToTags timeSeriesJoinTags timeSeriesRange timeSeriesRemoveAllTagsExcept timeSeriesRemoveTag timeSeriesRemoveTags timeSeriesReplaceTag timeSeriesStoreTags timeSeriesTagsToGroup timeSeriesThrowDuplicateSeriesIf'],
  ['it works on the text of a query, which ClickHouse prints in its own way', 'formatQuery formatQueryOrNull formatQuerySingleLine formatQuerySingleLineOrNull highlightQuery normalizeQuery normalizeQueryKeepNames normalizedQueryHash normalizedQueryHashKeepNames tokenizeQuery'],
];

export const REFUSED_NUMBERS: readonly FunctionDefinition[] = REFUSED.flatMap(([reason, names]) => names.split(' ').map((name): FunctionDefinition => ({
  name, signature: `${name}(…)`, help: `Not supported: ${reason}.`, category: 'other',
  bind: (call) => {
    throw unsupported(`${name} is not supported: ${reason}.`, call.span);
  },
})));
