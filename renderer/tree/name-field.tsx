/** A name typed in the tree: Enter makes or renames the file, Escape leaves it; a name that cannot be says why. */
import { useEffect, useRef, useState } from 'react';
import type { ErrorBody } from '../../engine/api/protocol.ts';
import { errorBodyOf } from '../api.ts';
import { useDesk, type Naming } from '../desk-state.ts';
import { createFile, renameFile } from './file-deeds.ts';
import css from './project-tree.module.css';

interface NameFieldProps {
  readonly level: number;
  readonly label: string;
  readonly start: string;
  readonly naming: Naming;
  readonly pathOf: (name: string) => string;
}

export function NameField({ level, label, start, naming, pathOf }: NameFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(start);
  const [failure, setFailure] = useState<ErrorBody>();
  const problem = name === '' ? undefined : problemWithName(name, naming) ?? failure?.error;
  const leave = () => useDesk.setState({ naming: undefined });

  useEffect(() => {
    // After a menu has given the focus back.
    const timer = setTimeout(() => {
      input.current?.focus();
      input.current?.setSelectionRange(0, start.replace(/\.[^.]+$/, '').length);
    }, 60);
    return () => clearTimeout(timer);
  }, [start]);

  const finish = async () => {
    if (name === '' || name === start) return leave();
    if (problemWithName(name, naming) !== undefined) return undefined;
    try {
      if (naming.kind === 'rename') await renameFile(naming.path, pathOf(name));
      else await createFile(naming.makes, pathOf(name), name);
      leave();
    } catch (error) {
      setFailure(errorBodyOf(error));
    }
  };

  return (
    <div className={css.naming} role="treeitem" aria-level={level} aria-label={label} style={{ paddingLeft: 4 + (level - 1) * 12 }}>
      <input
        ref={input}
        value={name}
        aria-label={label}
        aria-invalid={problem !== undefined}
        aria-describedby="name-problem"
        placeholder="name, then Enter"
        spellCheck={false}
        onChange={(event) => {
          setName(event.target.value.trim());
          setFailure(undefined);
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') void finish();
          if (event.key === 'Escape') leave();
        }}
        onBlur={() => problem === undefined && name === start && leave()}
      />
      <span id="name-problem" role="alert" className={css.problem}>{problem}</span>
    </div>
  );
}

function problemWithName(name: string, naming: Naming): string | undefined {
  const isData = naming.kind === 'new' || /\.(datasource|pipe)$/.test(naming.path);
  if (isData && !/^[A-Za-z_]\w*$/.test(name)) return 'A name has letters, digits and _, and does not begin with a digit.';
  if (name.includes('/') || name.includes('\\')) return 'A name has no slashes.';
  return undefined;
}
