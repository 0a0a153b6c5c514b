// npm run load [-- --seed N --minutes M --capacity R]: mixed traffic on a real service, at 70 % of the capacity that is
// measured first, then three times of it. LONG=1 holds on for 30 minutes; Ctrl-C ends it and shows what was seen until then.
await import('../bench/load/main.ts')
