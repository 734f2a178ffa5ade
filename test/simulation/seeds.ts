/**
 * Seeds of the simulated deployments: the same ones every time, so that the gate says the same thing twice, and two that nobody
 * has seen where `SIMULATION_SEEDS=random` asks for them. `SIMULATION_SEEDS=7,8,9` runs others. A failure names its seed in the
 * title of its test.
 */
const { SIMULATION_SEEDS = '1,2,3,4,5,6', SIMULATION_STEPS = '120' } = process.env;
const random = () => Math.floor(Math.random() * 1_000_000_000);
export const SEEDS: readonly number[] = SIMULATION_SEEDS === 'random' ? [random(), random()] : SIMULATION_SEEDS.split(',').map(Number);
export const STEPS = Number(SIMULATION_STEPS);
