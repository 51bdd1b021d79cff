/** Asks before a file of the project is deleted, and says what goes with it. */
import { useState } from 'react';
import type { ProjectView } from '../../engine/api/protocol.ts';
import { errorBodyOf } from '../api.ts';
import { useDesk } from '../desk-state.ts';
import { Button } from '../parts/button.tsx';
import { Modal } from '../parts/dialog.tsx';
import { fileNameOf, findDataSource } from '../project-lookup.ts';
import { counted } from '../readable.ts';
import { deleteFile } from './file-deeds.ts';

export function DeleteDialog({ project }: { project: ProjectView }) {
  const path = useDesk((state) => state.deleting);
  const [failure, setFailure] = useState<string>();
  if (path === undefined) return null;
  const leave = () => {
    setFailure(undefined);
    useDesk.setState({ deleting: undefined });
  };
  const go = () => deleteFile(path).then(leave, (error: unknown) => setFailure(errorBodyOf(error).error));
  return (
    <Modal
      title={`Delete ${fileNameOf(path)}?`}
      description={consequence(project, path)}
      onClose={leave}
      actions={
        <>
          <Button onClick={leave} autoFocus>Keep it</Button>
          <Button look="danger" onClick={() => void go()}>Delete the file</Button>
        </>
      }
    >
      {failure !== undefined && <p role="alert">{failure}</p>}
    </Modal>
  );
}

function consequence(project: ProjectView, path: string): string {
  const source = findDataSource(project, path);
  if (!source) return `The file ${path} is deleted from the project folder.`;
  const rows = source.rowCount > 0 ? ` Its ${counted(source.rowCount, 'row')} can no longer be read.` : '';
  const used = source.usedBy.length > 0 ? ` It is read by ${source.usedBy.join(', ')}.` : '';
  return `The file ${path} is deleted from the project folder.${rows}${used}`;
}
