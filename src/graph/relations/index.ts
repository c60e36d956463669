/** The relations that closures and links follow. A new relation is one file and one line here. */
export { mounts } from './mounts.ts';
export { runsOn } from './runs-on.ts';
export { scales } from './scales.ts';
export { selects } from './selects.ts';
