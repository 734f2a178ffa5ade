import { execFileSync } from 'node:child_process';

/** The tests of the package and of processes run what users get: built once, before them. */
export default function build(): void {
  execFileSync('npx', ['tsup', '--silent'], { stdio: 'inherit' });
}
