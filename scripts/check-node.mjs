// The tool chain brings its own Node 24 (devDependency `node`). Installed with --ignore-scripts it is missing, and
// everything below would fail with messages about syntax; this says what is wrong instead.
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`Development needs Node 24, this is ${process.version}. Run "npm rebuild node" once, then try again.`);
  process.exit(1);
}
