/**
 * How many tries a law gets: `RUNS` of them, or so many as are worth their time. On PostgreSQL each try makes a database
 * of its own, which takes most of a second: fewer tries there.
 */
export const runs = (many: number): number =>
  Number(process.env['RUNS'] ?? (process.env['TEST_ENGINE'] === 'postgres' ? Math.ceil(many / 4) : many))
