/** Functions about values and the server that fit nowhere else, and those that are known and refused, each with its reason. */
import { bound, type Bound } from '../bound.ts';
import { cast } from '../conversion.ts';
import { duck, duckInteger, duckString, DUCK_FALSE, DUCK_TRUE, type DuckSql } from '../duck.ts';
import { parseType } from '../parse-type.ts';
import { booleanSql, defaultSql, namedDefaultSql, plainSql } from '../physical.ts';
import { bare, isNullable, printType, STRING, UINT64, UINT8 } from '../types.ts';
import { at, constantText, define, isNull, need, nullResult, result, typeError, unsupported, withConstant, type OtherNames } from './arguments.ts';
import type { FunctionCall, FunctionDefinition } from './definition.ts';

const describe = (name: string, signature: string, help: string, extra: OtherNames = {}) => ({ name, signature, help, category: 'other' as const, ...extra });

function text(value: string, call: FunctionCall): Bound {
  return withConstant(bound(STRING, duckString(value), call.span), { kind: 'text', value });
}

function answer(name: string, value: string, help: string, extra: OtherNames = {}): FunctionDefinition {
  return define(describe(name, `${name}()`, help, extra), 0, 0, (_, call) => text(value, call));
}

/** Bytes that ClickHouse needs for a value in memory. */
function byteSize(value: Bound, call: FunctionCall): DuckSql {
  const type = bare(value.type);
  switch (type.kind) {
    case 'Integer':
    case 'Float':
      return duckInteger(type.bits / 8);
    case 'Bool':
      return duckInteger(1);
    case 'String':
      return duck`(strlen(${plainSql(value)}) + 8)`;
    case 'FixedString':
      return duckInteger(type.length);
    case 'Date':
      return duckInteger(2);
    case 'Date32':
    case 'DateTime':
      return duckInteger(4);
    case 'DateTime64':
    case 'Interval':
      return duckInteger(8);
    case 'UUID':
      return duckInteger(16);
    case 'Decimal':
      return duckInteger(type.precision <= 9 ? 4 : type.precision <= 18 ? 8 : 16);
    default:
      throw unsupported(`byteSize of a value of type ${printType(value.type)} is not supported.`, call.span);
  }
}

/** Known functions that Sandpiper does not run, by the reason that completes "… is not supported: …". */
const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  ['it depends on how ClickHouse cuts data into blocks; write a window function such as lagInFrame(x) OVER (ORDER BY t)', ['runningDifference', 'runningDifferenceStartingWithFirstValue', 'runningAccumulate', 'runningConcurrency', 'neighbor', 'rowNumberInBlock', 'rowNumberInAllBlocks', 'blockNumber', 'blockSize', 'blockSerializedSize']],
  ['there are no ClickHouse settings here', ['getSetting', 'getSettingOrDefault', 'getServerSetting', 'getMergeTreeSetting', 'getMacro', 'globalVariable']],
  ['queries may not wait', ['sleep', 'sleepEachRow']],
  ['queries may not read files', ['file', 'catboostEvaluate']],
  ['Tinybird has no dictionaries; join the table instead', ['dictGet', 'dictGetOrDefault', 'dictGetOrNull', 'dictHas', 'dictGetString', 'dictGetUInt64', 'dictGetHierarchy', 'dictIsIn', 'joinGet', 'joinGetOrNull']],
  ['there is no ClickHouse server here', ['uptime', 'serverUUID', 'tcpPort', 'getServerPort', 'buildId', 'zookeeperSessionUptime', 'shardNum', 'shardCount', 'getOSKernelVersion', 'queryID', 'initialQueryID', 'currentQueryID', 'connectionId', 'transactionID', 'filesystemAvailable', 'filesystemCapacity', 'filesystemUnreserved', 'currentRoles', 'enabledRoles', 'defaultRoles', 'currentProfiles', 'enabledProfiles', 'defaultProfiles', 'revision', 'getClientHTTPHeader', 'showCertificate']],
  ['it shows the inside of ClickHouse', ['dumpColumnStructure', 'lowCardinalityKeys', 'lowCardinalityIndices', 'indexHint', 'partitionId', 'getSubcolumn', 'getTypeSerializationStreams', 'addressToLine', 'addressToSymbol', 'demangle', 'tid', 'logTrace']],
];

function refused(name: string, reason: string): FunctionDefinition {
  return { name, signature: `${name}(…)`, help: `Not supported: ${reason}.`, category: 'other', bind: (call) => { throw unsupported(`${name} is not supported: ${reason}.`, call.span); } };
}

export const OTHER: readonly FunctionDefinition[] = [
  define(describe('toTypeName', 'toTypeName(value)', 'The name of the type of a value.'), 1, 1, (args, call) => text(printType(at(args, 0).type), call)),
  define(describe('toColumnTypeName', 'toColumnTypeName(value)', 'The name of the type of a value, as ClickHouse holds it.'), 1, 1, (args, call) => {
    const value = at(args, 0);
    return text(value.constant ? `Const(${printType(value.type)})` : printType(value.type), call);
  }),
  define(describe('identity', 'identity(value)', 'The value.'), 1, 1, (args, call) => ({ ...at(args, 0), span: call.span })),
  define(describe('materialize', 'materialize(value)', 'The value, no longer a constant.'), 1, 1, (args, call) => {
    const { type, sql, representation } = at(args, 0);
    return bound(type, sql, call.span, representation);
  }),
  define(describe('ignore', 'ignore(…)', '0, whatever the arguments are.'), 0, Infinity, (_, call) => withConstant(bound(UINT8, duck`CAST(0 AS UTINYINT)`, call.span), { kind: 'integer', value: 0n })),
  define(describe('isConstant', 'isConstant(value)', '1 when the value is known before rows are read.'), 1, 1, (args, call) => bound(UINT8, at(args, 0).constant ? DUCK_TRUE : DUCK_FALSE, call.span, 'boolean')),
  define(describe('throwIf', "throwIf(condition[, 'message'])", 'Fails when the condition is true, else 0.'), 1, 3, (args, call) => {
    const condition = booleanSql(at(args, 0));
    const message = args[1] ? constantText(call, args[1], 'the message') : `Value passed to 'throwIf' function is non-zero`;
    return result(call, [at(args, 0)], UINT8, duck`CAST(CASE WHEN ${condition} THEN error(${duckString(message)}) ELSE 0 END AS UTINYINT)`);
  }),
  define(describe('defaultValueOfArgumentType', 'defaultValueOfArgumentType(value)', "The default value of the argument's type."), 1, 1, (args, call) => bound(at(args, 0).type, namedDefaultSql(at(args, 0).type), call.span)),
  define(describe('defaultValueOfTypeName', "defaultValueOfTypeName('type')", 'The default value of a type.'), 1, 1, (args, call) => {
    const type = parseType(constantText(call, at(args, 0), 'the type'));
    return bound(type, namedDefaultSql(type), call.span);
  }),
  define(describe('firstNonDefault', 'firstNonDefault(value, …)', 'The first value that is not the default of its type: NULL of a Nullable one, else 0 or empty.', { caseInsensitive: true }), 1, Infinity, (args, call) => {
    const solid = args.filter((arg) => !isNull(arg));
    const conditions = solid.slice(0, -1).flatMap((value) => {
      const isDefault = isNullable(value.type) ? duck`${plainSql(value)} IS NULL` : duck`${plainSql(value)} = ${defaultSql(value.type)}`;
      return [bound(UINT8, duck`(NOT (${isDefault}))`, call.span, 'boolean' as const), value];
    });
    const last = solid[solid.length - 1];
    if (!last) return nullResult(call.span);
    if (conditions.length === 0) return { ...last, span: call.span };
    const chosen = call.context.call('multiIf', [...conditions, last], call.span);
    return solid.length === args.length ? chosen : call.context.call('toNullable', [chosen], call.span);
  }),
  define(describe('byteSize', 'byteSize(value, …)', 'Bytes that ClickHouse needs for the values in memory.'), 1, Infinity, (args, call) => {
    const sizes = args.map((arg) => byteSize(arg, call));
    return bound(UINT64, duck`CAST(${sizes.reduce((left, right) => duck`(${left} + ${right})`)} AS UBIGINT)`, call.span);
  }),
  define(describe('countDigits', 'countDigits(number)', 'The number of decimal digits of a whole number.'), 1, 1, (args, call) => {
    need(call, at(args, 0), 'integer', 0);
    if (isNull(at(args, 0))) return nullResult(call.span);
    return result(call, args, UINT8, duck`CAST(length(CAST(abs(CAST(${plainSql(at(args, 0))} AS HUGEINT)) AS VARCHAR)) AS UTINYINT)`);
  }),
  define(describe('getSizeOfEnumType', 'getSizeOfEnumType(value)', 'How many names an Enum has.'), 1, 1, (args, call) => {
    const type = bare(at(args, 0).type);
    if (type.kind !== 'Enum') throw typeError('getSizeOfEnumType takes an Enum.', at(args, 0).span);
    const holder = plainSql(cast(withConstant(bound(UINT64, duckInteger(type.values.length), call.span), { kind: 'integer', value: BigInt(type.values.length) }), { kind: 'Integer', bits: type.bits, signed: false }));
    return bound({ kind: 'Integer', bits: type.bits, signed: false }, holder, call.span);
  }),
  define(describe('isDecimalOverflow', 'isDecimalOverflow(decimal[, precision])', '1 when a decimal has more digits than the precision.'), 1, 2, (args, call) => {
    const type = bare(at(args, 0).type);
    if (type.kind !== 'Decimal') throw typeError('isDecimalOverflow takes a Decimal.', at(args, 0).span);
    const precision = args[1]?.constant?.kind === 'integer' ? args[1].constant.value : BigInt(type.precision);
    return result(call, [at(args, 0)], UINT8, duck`(abs(CAST(${plainSql(at(args, 0))} AS DOUBLE)) >= ${duckInteger(10n ** precision)} / ${duckInteger(10n ** BigInt(type.scale))}::DOUBLE)`, 'boolean');
  }),
  answer('version', '26.7.2.1', 'The version of ClickHouse whose behaviour this follows.', { caseInsensitive: true }),
  answer('currentDatabase', 'default', 'The name of the database.', { caseInsensitiveAliases: ['DATABASE', 'SCHEMA', 'current_database'] }),
  answer('currentUser', 'default', 'The name of the user.', { caseInsensitiveAliases: ['user', 'current_user'] }),
  answer('hostName', 'localhost', 'The name of the machine.', { aliases: ['hostname'] }),
  answer('FQDN', 'localhost', 'The full name of the machine.', { caseInsensitive: true, exactAliases: ['fullHostName'] }),
  answer('displayName', 'localhost', 'The name of the machine.'),
  ...REFUSED.flatMap(([reason, names]) => names.map((name) => refused(name, reason))),
];
