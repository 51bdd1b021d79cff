/**
 * The typed inputs of a template's parameters. A value not given is absent from `values`, and the template's default,
 * shown in the empty input, holds. A value that does not fit says why and is sent only when it does.
 */
import { CircleAlert, RotateCcw } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { ParameterView } from '../../engine/api/protocol.ts';
import css from './parameter-bar.module.css';
import { fromFieldValue, kindOf, problemWith, toFieldValue } from './parameter-kind.ts';

type Values = Readonly<Record<string, string>>;

const TYPING_PAUSE_MS = 300;

export function ParameterBar({ parameters, values, onChange }: { parameters: readonly ParameterView[]; values: Values; onChange: (values: Record<string, string>) => void }) {
  if (parameters.length === 0) return null;
  const change = (name: string, value: string | undefined) => {
    const { [name]: _, ...rest } = values;
    onChange(value === undefined ? rest : { ...rest, [name]: value });
  };
  const given = parameters.filter((parameter) => values[parameter.name] !== undefined).length;
  return (
    <form className={css.bar} aria-label="Parameters" onSubmit={(event) => event.preventDefault()}>
      {parameters.map((parameter) => (
        <ParameterInput key={parameter.name} parameter={parameter} value={values[parameter.name]} onChange={(value) => change(parameter.name, value)} />
      ))}
      {given > 0 && (
        <button type="button" className={css.reset} onClick={() => onChange({})} title="Use the defaults of the template">
          <RotateCcw size={13} aria-hidden /> Reset
        </button>
      )}
    </form>
  );
}

function ParameterInput({ parameter, value, onChange }: { parameter: ParameterView; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const id = useId();
  const [draft, setDraft] = useDraft(value ?? '', (text) => {
    if (problemWith(parameter, text) === undefined) onChange(text === '' ? undefined : text);
  });
  const problem = problemWith(parameter, draft);
  const needed = parameter.required && draft === '';
  const described = problem ?? (needed ? `${parameter.name} has no default: give a value.` : parameter.description);
  return (
    <div className={css.parameter} data-state={problem ? 'bad' : needed ? 'needed' : undefined}>
      <label htmlFor={id} className={css.name}>
        {parameter.name}
        {parameter.required && <span className={css.required} title="has no default"> required</span>}
        <span className={css.type}>{parameter.type}</span>
      </label>
      <Field id={id} parameter={parameter} draft={draft} onDraft={setDraft} onValue={onChange} describedBy={`${id}-note`} invalid={problem !== undefined} />
      <p id={`${id}-note`} className={problem || needed ? css.problem : css.note} title={described}>
        {(problem || needed) && <CircleAlert size={12} aria-hidden />} {described}
      </p>
    </div>
  );
}

interface FieldProps {
  readonly id: string;
  readonly parameter: ParameterView;
  readonly draft: string;
  readonly onDraft: (text: string) => void;
  readonly onValue: (value: string | undefined) => void;
  readonly describedBy: string;
  readonly invalid: boolean;
}

function Field({ id, parameter, draft, onDraft, onValue, describedBy, invalid }: FieldProps) {
  const standing = parameter.defaultValue ?? '';
  const hint = parameter.defaultValue ?? (parameter.example === undefined ? '' : `for example ${parameter.example}`);
  const shared = { id, 'aria-describedby': describedBy, 'aria-invalid': invalid };
  switch (kindOf(parameter)) {
    case 'choice':
      return (
        <select {...shared} value={draft} onChange={(event) => onDraft(event.target.value)}>
          <option value="">{parameter.defaultValue === undefined ? 'choose…' : `${parameter.defaultValue} (default)`}</option>
          {parameter.enum?.map((choice) => <option key={choice} value={choice}>{choice}</option>)}
        </select>
      );
    case 'switch':
      return (
        <select {...shared} value={draft} onChange={(event) => onDraft(event.target.value)}>
          <option value="">{`${parameter.defaultValue ?? '0'} (default)`}</option>
          <option value="1">true</option>
          <option value="0">false</option>
        </select>
      );
    case 'day':
      return <input {...shared} type="date" value={draft || standing.slice(0, 10)} data-default={draft === '' ? '' : undefined} onChange={(event) => onDraft(event.target.value)} />;
    case 'moment':
      return (
        <input
          {...shared}
          type="datetime-local"
          step={1}
          value={toFieldValue(draft || standing)}
          data-default={draft === '' ? '' : undefined}
          onChange={(event) => onDraft(fromFieldValue(event.target.value))}
        />
      );
    case 'integer':
      return <input {...shared} type="text" inputMode="numeric" value={draft} placeholder={hint} onChange={(event) => onDraft(event.target.value.trim())} />;
    case 'number':
      return <input {...shared} type="text" inputMode="decimal" value={draft} placeholder={hint} onChange={(event) => onDraft(event.target.value.trim())} />;
    case 'list':
      return <input {...shared} type="text" value={draft} placeholder={hint || 'a,b,c'} onChange={(event) => onDraft(event.target.value)} onBlur={() => onValue(draft === '' ? undefined : draft)} />;
    default:
      return <input {...shared} type="text" value={draft} placeholder={hint} onChange={(event) => onDraft(event.target.value)} />;
  }
}

/** Text as it is typed; told on after a short pause. A value changed from outside replaces it. */
function useDraft(value: string, tell: (text: string) => void): readonly [string, (text: string) => void] {
  const [draft, setDraft] = useState(value);
  const [pending, setPending] = useState(false);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    if (!pending) setDraft(value);
  }
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setTimeout(() => {
      setPending(false);
      tell(draft);
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, pending, tell]);
  return [
    draft,
    (text) => {
      setDraft(text);
      setPending(true);
    },
  ];
}
