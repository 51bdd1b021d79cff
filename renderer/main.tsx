/** Starts the page: fonts, look, theme, the desk. */
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './look.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useDesk, type Theme } from './desk-state.ts';
import { Desk } from './desk/desk.tsx';
import { queryClient } from './queries.ts';

showTheme(useDesk.getState().theme);
useDesk.subscribe((state, before) => state.theme !== before.theme && showTheme(state.theme));

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Desk />
    </QueryClientProvider>
  </StrictMode>,
);

function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
