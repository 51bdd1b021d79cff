/**
 * The shell's set-up, in order, and nothing else: one instance, the project to open, the engine on it, a window,
 * the menu, the calls of the page. What the product knows is in the engine.
 */
import { app, BrowserWindow } from 'electron';
import { EngineProcess } from './engine-process.ts';
import { answerCalls } from './ipc.ts';
import { installMenu } from './menu.ts';
import { chooseProjectAtStart, rememberProject } from './project-choice.ts';
import { openWindow, refuseEverythingForeign, showFailure, type DeskWindow } from './window.ts';

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  let engine: EngineProcess | undefined;
  let desk: DeskWindow | undefined;

  refuseEverythingForeign(app);
  app.on('second-instance', () => desk?.focus());
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (!engine?.running) return;
    event.preventDefault();
    void engine.stop().then(() => app.quit());
  });

  void app.whenReady().then(async () => {
    const project = await chooseProjectAtStart(app);
    engine = new EngineProcess(project);
    desk = openWindow();
    const opened = desk;
    const running = engine;
    running.onState((state) => opened.send('engine-state', state));
    running.onReady((address) => opened.show(address));
    running.onFailure((message) => showFailure(opened, message));
    installMenu(opened, (folder) => void openProject(folder));
    answerCalls({ window: opened, engine: running, openProject });
    await running.start();

    async function openProject(folder: string): Promise<void> {
      await rememberProject(app, folder);
      await running.restartOn(folder);
    }
  });

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0 && engine?.address) {
      desk = openWindow();
      desk.show(engine.address);
    }
  });
}
