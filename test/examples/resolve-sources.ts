import { registerHooks } from 'node:module';

/** For `node --import`: the package's name leads to its sources, so that an example runs in plain Node without a build. */
registerHooks({
  resolve(specifier, context, next) {
    const [name, path = 'index'] = /^crm-sync-engine(?:\/(.+))?$/.exec(specifier) ?? [];
    return next(name === undefined ? specifier : new URL(`../../src/${path}.ts`, import.meta.url).href, context);
  },
});
