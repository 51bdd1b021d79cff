/** Which input a template parameter gets, from its declared type. */
import type { ParameterView } from '../../engine/api/protocol.ts';

export type ParameterKind = 'choice' | 'moment' | 'day' | 'integer' | 'number' | 'switch' | 'list' | 'text';

export function kindOf(parameter: ParameterView): ParameterKind {
  if (parameter.enum && parameter.enum.length > 0 && !parameter.type.startsWith('Array')) return 'choice';
  if (/^DateTime/.test(parameter.type)) return 'moment';
  if (/^Date/.test(parameter.type)) return 'day';
  if (/^(U?Int\d*|Integer)$/.test(parameter.type)) return 'integer';
  if (/^Float/.test(parameter.type)) return 'number';
  if (/^[Bb]ool/.test(parameter.type)) return 'switch';
  return parameter.type.startsWith('Array') ? 'list' : 'text';
}

/** What is wrong with a value for this parameter, in one sentence; undefined when it fits. */
export function problemWith(parameter: ParameterView, value: string): string | undefined {
  if (value === '') return undefined;
  switch (kindOf(parameter)) {
    case 'integer':
      return /^[+-]?\d+$/.test(value) ? undefined : `${parameter.name} must be a whole number.`;
    case 'number':
      return Number.isNaN(Number(value)) && value.toLowerCase() !== 'nan' ? `${parameter.name} must be a number.` : undefined;
    case 'day':
      return /^\d{4}-\d\d-\d\d$/.test(value) ? undefined : `${parameter.name} must be a date like 2024-01-31.`;
    case 'moment':
      return /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/.test(value) ? undefined : `${parameter.name} must be a date and time like 2024-01-31 09:00:00.`;
    default:
      return undefined;
  }
}

/** ClickHouse's form of a date and time for the browser's date-time field, and back. */
export function toFieldValue(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text);
  return parts ? `${parts[1]}T${parts[2]}` : '';
}

export function fromFieldValue(text: string): string {
  const [day = '', time = ''] = text.split('T');
  if (day === '') return '';
  return `${day} ${time.length === 5 ? `${time}:00` : time.slice(0, 8)}`;
}
