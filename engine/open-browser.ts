/** Opens an address in the person's browser, if there is one; its absence is no failure, since the address is printed. */
import { spawn } from 'node:child_process';

export function openBrowser(address: string): void {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return;
  const [program, args]: [string, string[]] = process.platform === 'darwin' ? ['open', [address]] : process.platform === 'win32' ? ['cmd', ['/c', 'start', '', address]] : ['xdg-open', [address]];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined); // There is no browser: the person opens the printed address.
  child.unref();
}
