// Stands in for the development launcher that a packaged Electron lacks: runs the app folder named on the command line.
const path = require('node:path');
const { app } = require('electron');

const target = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!target) {
  process.stderr.write('usage: electron APP_FOLDER\n');
  process.exit(2);
}
const folder = path.resolve(target);
const manifest = require(path.join(folder, 'package.json'));
app.setName(manifest.productName || manifest.name);
app.setVersion(manifest.version);
app.setAppPath(folder);
require(path.join(folder, manifest.main));
