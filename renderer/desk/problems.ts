/** The problems of all files: what the project says of saved ones, and the newest check of those with unsaved edits. */
import { useMemo } from 'react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import type { Diagnostic, Severity } from '../../engine/errors.ts';
import { isDirty, useBuffers } from '../editor/buffers.ts';

export interface PlacedProblem {
  readonly path: string;
  readonly diagnostic: Diagnostic;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/** Worst first, then by file and line. */
export function useProblems(project: ProjectView): readonly PlacedProblem[] {
  const buffers = useBuffers((state) => state.buffers);
  return useMemo(() => {
    const all = project.files.flatMap((file) => {
      const buffer = buffers[file.path];
      const diagnostics = buffer?.check && isDirty(buffer) ? buffer.check.diagnostics : file.diagnostics;
      return diagnostics.map((diagnostic): PlacedProblem => ({ path: file.path, diagnostic }));
    });
    return all.sort((a, b) => ORDER.indexOf(a.diagnostic.severity) - ORDER.indexOf(b.diagnostic.severity) || a.path.localeCompare(b.path) || a.diagnostic.line - b.diagnostic.line);
  }, [project, buffers]);
}

export function countOf(problems: readonly PlacedProblem[], severity: Severity): number {
  return problems.filter((problem) => problem.diagnostic.severity === severity).length;
}
