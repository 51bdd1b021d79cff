/** The four meanings, each with an icon of its own, never by colour alone. */
import { CircleAlert, Info, Lightbulb, TriangleAlert } from 'lucide-react';
import type { Severity } from '../../engine/errors.ts';

export function SeverityIcon({ severity, size = 14 }: { severity: Severity; size?: number }) {
  switch (severity) {
    case 'error': return <CircleAlert size={size} color="var(--bad)" role="img" aria-label="Error" />;
    case 'warning': return <TriangleAlert size={size} color="var(--warn)" role="img" aria-label="Warning" />;
    case 'info': return <Info size={size} color="var(--info)" role="img" aria-label="Info" />;
    case 'hint': return <Lightbulb size={size} color="var(--info)" role="img" aria-label="Hint" />;
    default: return severity satisfies never;
  }
}
