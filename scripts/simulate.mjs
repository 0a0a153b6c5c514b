// npm run simulate -- --seed N --commands M: a simulated world, two nodes and everything that can go wrong between them,
// with laws put to each commit. The same seed makes the same run, to the last step; Ctrl-C stops it. A broken law is told
// with its seed and the last steps, and ends with 1.
await import('../test/simulation/main.ts')
