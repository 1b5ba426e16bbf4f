// Clusters the faces of the folders that `npm start` names, one per line.
const vscode = require('vscode');

exports.activate = async () => {
  const folders = (process.env.FACE_CLUSTERS_START ?? '').split('\n').filter(Boolean);
  if (folders.length === 0) return;
  const uris = folders.map((folder) => vscode.Uri.file(folder));
  await vscode.commands.executeCommand('faceClusters.clusterFaces', undefined, uris);
};
