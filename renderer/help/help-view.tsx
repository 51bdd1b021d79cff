/** The language as this engine runs it: one part at a time, or what a search finds in all of them. */
import { Ban, CircleSlash, Diff, Search } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { HelpEntry, HelpSection } from '../../engine/api/protocol.ts';
import { counted, wholeNumber } from '../readable.ts';
import css from './help-view.module.css';
import { findInHelp, type FoundEntry } from './help-search.ts';

const MOST_FOUND = 200;

export function HelpView({ sections }: { sections: readonly HelpSection[] }) {
  const [typed, setTyped] = useState('');
  const [shownId, setShownId] = useState(sections[0]?.id);
  const page = useRef<HTMLDivElement>(null);
  const found = useMemo(() => findInHelp(sections, typed), [sections, typed]);
  const shown = sections.find(({ id }) => id === shownId);
  const searching = typed.trim() !== '';
  const show = (id: string) => {
    setTyped('');
    setShownId(id);
    page.current?.scrollTo({ top: 0 });
  };
  return (
    <div className={css.help}>
      <nav className={css.side} aria-label="Parts of the help">
        <label className={css.search}>
          <Search size={14} aria-hidden />
          <input type="search" value={typed} autoFocus placeholder="Search the help" aria-label="Search the help" onChange={(event) => setTyped(event.target.value)} />
        </label>
        <ul>
          {sections.map(({ id, title, entries }) => (
            <li key={id}>
              <button type="button" className={css.part} aria-current={!searching && id === shownId ? 'true' : undefined} onClick={() => show(id)}>
                <span>{title}</span>
                <span className={css.count}>{wholeNumber(entries.length)}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div ref={page} className={css.page} role="region" aria-label="Help" tabIndex={0}>
        {searching ? <Found found={found} typed={typed} /> : shown && <Part section={shown} />}
      </div>
    </div>
  );
}

function Found({ found, typed }: { found: readonly FoundEntry[]; typed: string }) {
  return (
    <>
      <p className={css.intro} role="status">
        {found.length === 0 ? `Nothing here has “${typed.trim()}”. A function or clause that is not listed does not run here.` : `${counted(found.length, 'entry', 'entries')} found${found.length > MOST_FOUND ? `, the first ${MOST_FOUND} are shown` : ''}.`}
      </p>
      <dl className={css.entries}>
        {found.slice(0, MOST_FOUND).map(({ section, entry }) => <Entry key={`${section.id} ${entry.name} ${entry.code ?? ''}`} entry={entry} from={section.title} />)}
      </dl>
    </>
  );
}

function Part({ section }: { section: HelpSection }) {
  const groups = [...new Set(section.entries.map(({ group }) => group))];
  return (
    <>
      <h2 className={css.title}>{section.title}</h2>
      <p className={css.intro}>{section.intro.replaceAll('`', '')}</p>
      {groups.map((group) => (
        <section key={group ?? ''}>
          {group !== undefined && <h3 className={css.group}>{group}</h3>}
          <dl className={section.id === 'types' ? css.names : css.entries}>
            {section.entries.filter((entry) => entry.group === group).map((entry) => <Entry key={`${entry.name} ${entry.code ?? ''}`} entry={entry} />)}
          </dl>
        </section>
      ))}
    </>
  );
}

function Entry({ entry, from }: { entry: HelpEntry; from?: string }) {
  const { name, code, text, state } = entry;
  const isSignature = code !== undefined && code.startsWith(name);
  return (
    <div className={css.entry} data-state={state}>
      <dt>
        {isSignature ? <code>{code}</code> : <span className={css.name}>{name}</span>}
        <State state={state} />
        {from !== undefined && <span className={css.from}>{from}</span>}
      </dt>
      <dd>
        {code !== undefined && !isSignature && <code className={css.example}>{code}</code>}
        {text !== '' && <span>{text.replaceAll('`', '')}</span>}
      </dd>
    </div>
  );
}

function State({ state }: { state: HelpEntry['state'] }) {
  switch (state) {
    case 'refused': return <span className={css.refused}><Ban size={12} aria-hidden /> refused</span>;
    case 'different': return <span className={css.different}><Diff size={12} aria-hidden /> different</span>;
    case 'no effect': return <span className={css.inert}><CircleSlash size={12} aria-hidden /> no effect here</span>;
    case undefined: return null;
  }
}
