import { z } from 'zod'
import { eventType, instantSchema, personal, type Tag, ulidSchema } from '../event.ts'
import { localeSchema } from '../invites/events.ts'
import { userTag } from '../users/events.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

/** One tag a reader and hour: a decision about it reads one event at most, however long somebody has been reading. */
export const viewingTag = (viewerId: string, hour: string): Tag => `viewing:${viewerId}/${hour}`

/** One tag a reader and day, so that nobody is written to twice. */
export const sealMailTag = (userId: string, day: string): Tag => `seal-mail:${userId}/${day}`

export const historyEvents = {
  /** Somebody who may has looked at the history itself; once an hour, however much they read in it. */
  HistoryViewed: eventType({
    schema: z.strictObject({
      viewerId: ulidSchema,
      /** When the hour began. */
      hour: instantSchema,
    }),
    tags: ({ viewerId, hour }) => [userTag(viewerId), viewingTag(viewerId, hour)],
  }),
  /** An auditor gets a seal by mail, to be kept where we can't reach it; once a day. */
  SealMailed: eventType({
    schema: z.strictObject({
      userId: ulidSchema,
      /** Of UTC. */
      day: z.iso.date(),
      /** How many events are under the seal. */
      size: z.int().positive(),
      /** The seal itself: a signed note. */
      note: z.string().max(2000),
      email: personal(z.string()),
      locale: localeSchema,
    }),
    subject: ({ userId }) => `user:${userId}`,
    tags: ({ userId, day }) => [userTag(userId), sealMailTag(userId, day)],
  }),
} as const
