/**
 * The headless program as a child: starts `cli.js serve PROJECT` in a utility process, learns its address, restarts it
 * when it dies and stops it cleanly. Promises: never two engines at once; after a death the page is told and the engine
 * comes back, unless it dies five times within a minute; a taken port 7181 gives another port and a notice.
 */
import { app, utilityProcess, type UtilityProcess } from 'electron';
import { join } from 'node:path';
import type { ShellMessages } from './channels.ts';

type EngineState = ShellMessages['engine-state'];

const DEFAULT_PORT = 7181;
const STOP_WITHIN_MS = 8_000;
const DEATHS_ALLOWED = 5;
const DEATHS_WITHIN_MS = 60_000;

/** What the engine posts to its parent. */
interface EngineMessage {
  readonly kind: 'ready' | 'failed';
  readonly address: string;
  readonly message: string;
  readonly portTaken: boolean;
}

export class EngineProcess {
  address: string | undefined;
  #project: string;
  #child: UtilityProcess | undefined;
  #stopping = false;
  #port = Number(process.env['SANDPIPER_PORT'] ?? DEFAULT_PORT);
  #deaths: number[] = [];
  #lastWords = '';
  #stateListeners: ((state: EngineState) => void)[] = [];
  #readyListeners: ((address: string) => void)[] = [];
  #failureListeners: ((message: string) => void)[] = [];

  constructor(project: string) {
    this.#project = project;
  }

  get project(): string {
    return this.#project;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  onState(listener: (state: EngineState) => void): void {
    this.#stateListeners.push(listener);
  }

  onReady(listener: (address: string) => void): void {
    this.#readyListeners.push(listener);
  }

  onFailure(listener: (message: string) => void): void {
    this.#failureListeners.push(listener);
  }

  async start(): Promise<void> {
    this.#stopping = false;
    this.#lastWords = '';
    const child = utilityProcess.fork(join(app.getAppPath(), 'dist/cli.js'), ['serve', this.#project, '--port', String(this.#port), '--no-open'], {
      stdio: ['ignore', 'inherit', 'pipe'],
      serviceName: 'Sandpiper engine',
    });
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString('utf8')).slice(-2_000);
      process.stderr.write(chunk);
    });
    child.on('message', (message: unknown) => this.#hear(parseMessage(message)));
    child.on('exit', () => this.#bury(child));
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#stopping = true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
      }, STOP_WITHIN_MS);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      child.kill();
    });
  }

  /** Stops the engine and starts it on another folder. */
  async restartOn(folder: string): Promise<void> {
    await this.stop();
    this.#project = folder;
    this.#tell({ state: 'starting', message: `Opening ${folder}` });
    await this.start();
  }

  #hear(message: EngineMessage | undefined): void {
    if (message?.kind === 'ready') {
      this.address = message.address;
      for (const listener of this.#readyListeners) listener(message.address);
      const moved = new URL(message.address).port !== String(DEFAULT_PORT) && this.#port === 0;
      this.#tell({
        state: 'running',
        message: moved ? `Port ${DEFAULT_PORT} is in use by another program, so the engine serves at ${message.address}.` : '',
      });
    } else if (message?.kind === 'failed') {
      this.#lastWords = message.message;
      if (message.portTaken && this.#port !== 0) this.#port = 0;
    }
  }

  #bury(child: UtilityProcess): void {
    if (this.#child === child) this.#child = undefined;
    if (this.#stopping) return;
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < DEATHS_WITHIN_MS), now];
    if (this.#deaths.length > DEATHS_ALLOWED) {
      const message = this.#lastWords.trim() || 'The engine ended and gave no reason.';
      this.#tell({ state: 'failed', message });
      for (const listener of this.#failureListeners) listener(message);
      return;
    }
    this.#tell({ state: 'restarting', message: 'The engine ended unexpectedly and is being started again. Nothing that was saved or acknowledged is lost.' });
    setTimeout(() => void this.start(), 200 * this.#deaths.length);
  }

  #tell(state: EngineState): void {
    for (const listener of this.#stateListeners) listener(state);
  }
}

function parseMessage(message: unknown): EngineMessage | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return undefined;
  if (message.kind !== 'ready' && message.kind !== 'failed') return undefined;
  return {
    kind: message.kind,
    address: 'address' in message && typeof message.address === 'string' ? message.address : '',
    message: 'message' in message && typeof message.message === 'string' ? message.message : '',
    portTaken: 'portTaken' in message && message.portTaken === true,
  };
}
