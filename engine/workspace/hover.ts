/** A sentence or two about the word at a place, as Markdown: what it is, of which type, and where it comes from. */
import { findKeyword } from '../project/keyword.ts';
import { findAggregate, listAggregates, listCombinators } from '../sql/aggregates/registry.ts';
import { findWindowFunction } from '../sql/aggregates/window.ts';
import { findFunction } from '../sql/functions/registry.ts';
import { templateFunctions } from '../template/function-table.ts';
import { shortened } from './complete.ts';
import { symbolAt, type EditorPlace, type EditorSymbol } from './editor-symbol.ts';
import { parametersOf } from './outline.ts';
import type { KnownColumn, Understanding } from './sql-scope.ts';

/** '' for nothing. */
export function hover(place: EditorPlace, world: Understanding): string {
  const symbol = symbolAt(place, world);
  return symbol ? told(symbol, world) : '';
}

function told(symbol: EditorSymbol, world: Understanding): string {
  const { name } = symbol;
  switch (symbol.kind) {
    case 'data source': {
      const { description, columns, tableEngine } = symbol.dataSource;
      return paragraphs(`Data source **${symbol.dataSource.name}**, ${tableEngine.name}`, description, columnList(columns.map((column) => ({ name: column.name, type: column.typeText }))));
    }
    case 'node': {
      const { pipe, node } = symbol;
      const title = symbol.asPipe ? `Pipe **${name}**, its node ${node.name}` : `Node **${node.name}** of the pipe ${pipe.name}`;
      const columns = world.columnsOfNode(pipe, node);
      return paragraphs(title, node.description || (symbol.asPipe ? pipe.description : ''), columns ? columnList(columns) : 'Its columns are not known: the node has an error, or needs values for its parameters.');
    }
    case 'connection':
      return paragraphs(`Connection **${name}**, ${symbol.connection.type}`, symbol.connection.description, 'Connections do not run on this computer.');
    case 'with query':
      return paragraphs(`WITH query **${name}**`, columnList(symbol.scope.columnsOf(symbol.query)));
    case 'table alias': {
      const index = symbol.select.tables.indexOf(symbol.use);
      const table = symbol.scope.tablesOf(symbol.select)[index];
      return paragraphs(`**${name}** stands for ${table?.what ?? 'a table'}`, columnList(table?.columns ?? []));
    }
    case 'alias': {
      const expression = symbol.place.sql.slice(symbol.alias.expression.start, symbol.alias.expression.end).trim();
      const type = symbol.scope.typeOf(symbol.select, expression);
      return paragraphs(`**${name}** ${type === '' ? '' : `\`${type}\``}`.trim(), `Alias of \`${shortened(expression)}\``);
    }
    case 'column': {
      const others = symbol.others.length === 0 ? '' : ` There is a column of this name in ${symbol.others.map(({ what }) => what).join(' and ')} too.`;
      return paragraphs(`**${name}** ${symbol.column.type === '' ? '' : `\`${symbol.column.type}\``}`.trim(), `Column of ${symbol.table.what}.${others}`);
    }
    case 'function':
      return functionText(name);
    case 'template function': {
      const helper = templateFunctions().find((one) => one.name === name);
      return helper ? paragraphs(code(helper.signature), helper.help) : '';
    }
    case 'parameter': {
      const parameter = parametersOf(symbol.pipe).find((one) => one.name === name);
      if (!parameter) {
        const helper = templateFunctions().find((one) => one.name === name);
        return helper ? paragraphs(code(helper.signature), helper.help) : '';
      }
      const standard = parameter.defaultValue === undefined ? (parameter.required ? ', required' : ', no default') : `, default \`${parameter.defaultValue}\``;
      const choices = parameter.enum ? `One of ${parameter.enum.map((one) => `\`${one}\``).join(', ')}.` : '';
      return paragraphs(`Parameter **${name}** \`${parameter.type}\`${standard}`, parameter.description ?? '', choices, parameter.example === undefined ? '' : `For example \`${parameter.example}\`.`);
    }
    case 'keyword': {
      const keyword = findKeyword(symbol.file, name);
      return keyword ? paragraphs(`**${name}**`, keyword.help, keyword.note?.message ?? '') : '';
    }
  }
}

/** The signature and the sentence of a function, an aggregate with its combinators, or a window function. */
export function functionText(name: string): string {
  const definition = findFunction(name) ?? findAggregate(name) ?? findWindowFunction(name);
  if (!definition) return '';
  const suffixes = findFunction(name) ? [] : combinatorsOf(name);
  return paragraphs(code(definition.signature), definition.help, suffixes.length === 0 ? '' : `With the combinator ${suffixes.map((suffix) => `-${suffix}`).join(', ')}.`);
}

/** The combinators at the end of an aggregate's name, outermost last. */
function combinatorsOf(name: string): readonly string[] {
  plainAggregates ??= new Set(listAggregates().flatMap((one) => [one.name, ...(one.aliases ?? [])]));
  if (plainAggregates.has(name)) return [];
  const suffix = listCombinators().find((one) => name.endsWith(one) && findAggregate(name.slice(0, -one.length)));
  return suffix === undefined ? [] : [...combinatorsOf(name.slice(0, -suffix.length)), suffix];
}

let plainAggregates: ReadonlySet<string> | undefined;

const SHOWN = 40;

function columnList(columns: readonly KnownColumn[]): string {
  const lines = columns.slice(0, SHOWN).map(({ name, type }) => `- \`${name}\` ${type}`.trimEnd());
  return [...lines, ...(columns.length > SHOWN ? [`- and ${columns.length - SHOWN} more`] : [])].join('\n');
}

function code(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``;
}

function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
