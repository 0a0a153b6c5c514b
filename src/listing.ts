import type { ReadSide } from './projections/index.ts'

/** The read side with its lists from elsewhere: they may come from a replica; what decides anything never does. */
export const listing = (reads: ReadSide, lists: ReadSide): ReadSide => ({
  ...reads,
  invites: {
    ...reads.invites,
    list: (filter, page) => lists.invites.list(filter, page),
    counts: (now) => lists.invites.counts(now),
  },
  users: { ...reads.users, list: (filter, page) => lists.users.list(filter, page) },
  mails: { ...reads.mails, list: (filter, page) => lists.mails.list(filter, page) },
  logins: lists.logins,
  referrals: {
    ...reads.referrals,
    of: (userId, page) => lists.referrals.of(userId, page),
    top: (limit) => lists.referrals.top(limit),
    signUpsOn: (days) => lists.referrals.signUpsOn(days),
    batches: (limit) => lists.referrals.batches(limit),
  },
})
