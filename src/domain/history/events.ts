import { z } from 'zod'
import { eventType, instantSchema, type Tag, ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

/** One tag a reader and hour: a decision about it reads one event at most, however long somebody has been reading. */
export const viewingTag = (viewerId: string, hour: string): Tag => `viewing:${viewerId}/${hour}`

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
} as const
