/** What the engine or the page has to say, above the work until it is closed; and whether the engine answers at all. */
import { RefreshCw, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ShellMessages } from '../../electron/channels.ts';
import { dropNotice, useDesk } from '../desk-state.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { SeverityIcon } from '../parts/severity-icon.tsx';
import css from './notices.module.css';

export function Notices() {
  const notices = useDesk((state) => state.notices);
  return (
    <div className={css.notices} aria-live="polite">
      <EngineNotice />
      {notices.map((notice) => (
        <div key={notice.id} className={css.notice} data-severity={notice.severity} role={notice.severity === 'error' ? 'alert' : undefined}>
          <SeverityIcon severity={notice.severity} size={16} />
          <span className={css.words}>{notice.message}</span>
          <IconButton label="Close this notice" icon={<X size={14} aria-hidden />} onClick={() => dropNotice(notice.id)} />
        </div>
      ))}
    </div>
  );
}

function EngineNotice() {
  const connected = useDesk((state) => state.connected);
  const engine = useEngineState();
  const failed = engine?.state === 'failed';
  if (connected && !failed) return null;
  const message = engine !== undefined && engine.state !== 'running' && engine.message !== '' ? engine.message : 'The engine does not answer. The page tries again every second; nothing that was saved is lost.';
  return (
    <div className={css.notice} data-severity={failed ? 'error' : 'warning'} role="status">
      {failed ? <SeverityIcon severity="error" size={16} /> : <RefreshCw size={16} aria-hidden className={css.turning} />}
      <span className={css.words}>{message}</span>
    </div>
  );
}

function useEngineState(): ShellMessages['engine-state'] | undefined {
  const [state, setState] = useState<ShellMessages['engine-state']>();
  useEffect(() => window.sandpiper?.on('engine-state', setState), []);
  return state;
}
