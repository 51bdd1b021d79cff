/** The list of problems above the status line; each links to its place. */
import { CircleCheck, X } from 'lucide-react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { openPlace, useDesk } from '../desk-state.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { SeverityIcon } from '../parts/severity-icon.tsx';
import { useProblems } from './problems.ts';
import css from './problems-panel.module.css';

export function ProblemsPanel({ project }: { project: ProjectView }) {
  const problems = useProblems(project);
  return (
    <section className={css.panel} aria-label="Problems">
      <header className={css.header}>
        <h2>Problems</h2>
        <IconButton label="Close the list of problems" icon={<X size={16} aria-hidden />} onClick={() => useDesk.setState({ problemsOpen: false })} />
      </header>
      {problems.length === 0 ? (
        <p className={css.empty}><CircleCheck size={14} aria-hidden /> No problems in any file of the project.</p>
      ) : (
        <ul className={css.list}>
          {problems.map(({ path, diagnostic }) => (
            <li key={`${path}:${diagnostic.line}:${diagnostic.column}:${diagnostic.message}`}>
              <button type="button" className={css.problem} onClick={() => openPlace({ ...diagnostic, path })}>
                <SeverityIcon severity={diagnostic.severity} />
                <span className={css.message}>{diagnostic.message}</span>
                <span className={css.place}>{path}, line {diagnostic.line}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
