/** Checks a text as it is typed, after a short pause, and again when other files of the project change. */
import { useEffect } from 'react';
import { api, RequestFailed } from '../api.ts';
import { setCheck, useBuffer } from './buffers.ts';

const PAUSE_MS = 250;

export function useCheck(path: string, revision: number): void {
  const text = useBuffer(path)?.text;
  useEffect(() => {
    if (text === undefined || !/\.(datasource|pipe|connection|incl)$/.test(path)) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api.check(path, text, stop.signal).then(
        (check) => setCheck(path, check),
        (error: unknown) => {
          if (!stop.signal.aborted && !(error instanceof RequestFailed)) throw error;
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a new revision of the project asks the same question anew
  }, [path, text, revision]);
}
