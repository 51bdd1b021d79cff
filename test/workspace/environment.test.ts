/** Secrets and names of the environment, from PROJECT/.env.local. */
import { expect, test } from 'vitest';
import { parseEnvironment } from '../../engine/workspace/environment.ts';
import { openProject } from './open-project.ts';

test('names, quotes and comments are read as other programs read them', () => {
  expect(parseEnvironment('A=1\n# B=2\n export C = "x # y" # z\nD=\'q\'\nE=a b # c\nF=\nnot a line\r\nG=k=v\r\n')).toEqual({ A: '1', C: 'x # y', D: 'q', E: 'a b', F: '', G: 'k=v' });
});

test('a secret in a pipe is what the file says now', async () => {
  const project = await openProject({ '.env.local': 'WORD=first\n', 'endpoints/p.pipe': 'NODE n\nSQL >\n    %\n    SELECT {{tb_secret("WORD")}} AS word, {{tb_secret("OTHER_WORD", "given")}} AS other\n\nTYPE endpoint\n' });
  const ask = async () => (await project.workspace().runEndpoint('p', { parameters: {} })).values;
  const before = await ask();
  await project.write({ '.env.local': 'WORD=second\n' });
  const after = await ask();
  await project.write({ '.env.local': '' });
  await expect(ask()).rejects.toThrow("Cannot access secret 'WORD'. Write WORD=VALUE in the project's .env.local, or give it a default.");
  await project.close();
  expect([before, after]).toEqual([[['first'], ['given']], [['second'], ['given']]]);
});
