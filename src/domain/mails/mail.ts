import { fold } from '../decision.ts'

/** Whether the history knows what became of a mail. */
export const mail = fold<{ readonly settled: boolean }>(
  { settled: false },
  { MailSent: () => ({ settled: true }), MailFailed: () => ({ settled: true }) },
)
