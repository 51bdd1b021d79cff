/**
 * Functions of ClickHouse's documentation that cannot apply to Sandpiper, each with a reason: they tell of a server that
 * is not there, or give another answer each time. Everything else counts in the table of functions.ts.
 */

const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^sleep/, 'queries may not wait'],
  [/^(dict|region|joinGet)/, 'there are no dictionaries'],
  [/^(file|url|s3|remote|mysql|catboost)|^(icebergBucket|icebergTruncate)$/, 'it reads what is outside of the project'],
  [/^(throwIf|aggThrow|trap|model)/, 'it tests the server itself'],
  [/^chdb$/, 'only the build of ClickHouse that judges here has it'],
  [/^ai[A-Z]/, 'it asks a language model'],
  [/^(encrypt|decrypt|aes|tryDecrypt)/, 'keys are not part of a query here'],
  [/^(rand|canonicalRand|generateUUID|generateULID|generateSnowflake|generateRandomStructure|fuzz|obfuscateQuery|arrayShuffle|arrayPartialShuffle|arrayRandomSample)/, 'it gives another answer each time'],
  [/^(hostName|FQDN|displayName|buildId|connectionId|revision|serverUUID|tcpPort|uptime|version|getOSKernelVersion|hasThreadFuzzer|zookeeperSessionUptime|filesystem\w+|queryID|initialQueryID|serverTimezone|getClientHTTPHeader|initialQueryStartTime)$/, 'there is no ClickHouse server'],
  [/^(current|default|enabled)(Database|Schemas|User|Profiles|Roles|QueryID)$/, 'there are no users and databases of a server'],
  [/^(getSetting|getSettingOrDefault|getServerSetting|getMergeTreeSetting|globalVariable)$/, 'there are no settings of a server'],
  [/^(block\w+|rowNumberInBlock|dumpColumnStructure|getTypeSerializationStreams|lowCardinality(Indices|Keys)|partitionId|toColumnTypeName|getSubcolumn|indexHint|materialize|errorCodeToName|getMaxTableNameLengthForDatabase|hasColumnInTable|structureTo\w+|defaultValueOfArgumentType|mergeTreePartInfo|isMergeTreePart\w*|tokenizeQuery|highlightQuery)$/, 'it shows the inside of ClickHouse'],
  [/^timeSeries(StoreTags|IdToTags|IdToGroup|\w*Tags?|TagsToGroup|GroupTo\w+|TagsTo\w+)$/, 'it reads the tags of the table engine TimeSeries'],
];

const BY_CATEGORY: Readonly<Record<string, string>> = {
  'Embedded Dictionary': 'there are no dictionaries', Introspection: 'it shows the inside of ClickHouse', Internal: 'it shows the inside of ClickHouse', 'Random Number': 'it gives another answer each time', Encryption: 'keys are not part of a query here',
};

/** Undefined for an example that counts. */
export function reasonNotApplicable(example: { readonly name: string; readonly category: string; readonly query: string; readonly setup: readonly string[] }): string | undefined {
  if (example.setup.some((statement) => /INDEX \w+ ?\(?.*\)? TYPE text\(/.test(statement)) && /^has(All|Any)Tokens$/.test(example.name)) return 'its answer depends on a text index';
  if (/\bsystem\.(?!numbers|one\b)\w+/.test(example.query)) return 'it reads tables of the server';
  return BY_NAME.find(([pattern]) => pattern.test(example.name))?.[1] ?? BY_CATEGORY[example.category];
}
