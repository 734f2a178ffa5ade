const layer = (name, ...may) => ({
  name: `${name} may import only: ${[name, ...may].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: '^src/', pathNot: [`^src/${name}/`, ...may.map((other) => (other === 'errors' ? '^src/errors\\.ts$' : `^src/${other}/`))] },
});
const EDGE = ['core', 'ports', 'errors', 'http'];

export default {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    layer('core', 'errors'),
    layer('ports', 'core', 'errors'),
    layer('engine', 'core', 'ports', 'errors'),
    layer('http', 'errors', 'ports'),
    layer('connectors', ...EDGE),
    layer('stores', ...EDGE),
    layer('mergers', ...EDGE),
    layer('conversations', 'core', 'errors'),
    layer('testing', 'core', 'ports', 'errors', 'stores', 'mergers'),
    {
      name: 'an edge does not import another edge',
      severity: 'error',
      from: { path: '^src/connectors/([^/]+)/' },
      to: { path: '^src/connectors/', pathNot: '^src/connectors/$1/' },
    },
    { name: 'the core does no I/O', severity: 'error', from: { path: '^src/core/' }, to: { dependencyTypes: ['core'] } },
    { name: 'the core needs no HTTP', severity: 'error', from: { path: '^src/core/' }, to: { path: 'node_modules/(ky|p-retry|msw)/' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)' },
  },
};
