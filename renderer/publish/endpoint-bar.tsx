/**
 * The endpoint of a pipe: a switch that publishes it (it writes or removes TYPE endpoint in the pipe's file), its URL
 * with the current parameters, and ready requests with a token that may read it.
 */
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import type { PipeView, ProjectView } from '../../engine/api/protocol.ts';
import css from './endpoint-bar.module.css';
import { SNIPPET_LANGUAGES, endpointUrl, snippet, type SnippetLanguage } from './snippets.ts';

interface EndpointBarProps {
  readonly pipe: PipeView;
  readonly project: ProjectView;
  readonly values: Readonly<Record<string, string>>;
  readonly onPublish: (published: boolean) => void;
}

export function EndpointBar({ pipe, project, values, onPublish }: EndpointBarProps) {
  const [language, setLanguage] = useState<SnippetLanguage>();
  const request = { address: project.address, pipe: pipe.name, parameters: values, token: project.adminToken };
  const may = pipe.type === 'endpoint' || pipe.type === 'standard';
  return (
    <section className={css.bar} aria-label="Endpoint">
      <div className={css.line}>
        <button type="button" role="switch" aria-checked={pipe.published} disabled={!may} className={css.switch} onClick={() => onPublish(!pipe.published)} title={may ? undefined : `A ${pipe.type} pipe cannot be an endpoint as well.`}>
          <span className={css.knob} aria-hidden />
          {pipe.published ? 'Published' : 'Not published'}
        </button>
        {pipe.published ? (
          <>
            <code className={css.url} title={endpointUrl(request)}>GET {endpointUrl(request)}</code>
            <CopyButton text={endpointUrl(request)} label="Copy URL" />
            <div className={css.languages} role="group" aria-label="Ready requests">
              {SNIPPET_LANGUAGES.map((one) => (
                <button key={one} type="button" aria-expanded={language === one} className={css.language} onClick={() => setLanguage(language === one ? undefined : one)}>{one}</button>
              ))}
            </div>
          </>
        ) : (
          <span className={css.note}>{may ? 'Publish to serve this pipe as JSON on this machine.' : `This is a ${pipe.type} pipe.`}</span>
        )}
      </div>
      {pipe.published && language && (
        <div className={css.snippet}>
          <pre tabIndex={0}>{snippet(language, request)}</pre>
          <CopyButton text={snippet(language, request)} label={`Copy ${language}`} />
        </div>
      )}
    </section>
  );
}

function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <button type="button" className={css.copy} onClick={() => void copy()}>
      {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />} <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </button>
  );
}
