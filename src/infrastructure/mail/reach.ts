import { createTransport } from 'nodemailer'

const PATIENCE_MS = 5000

/** Says good day to the mail server, signs in if the address has a user, and sends nothing. Answers what went wrong, in a word. */
export const mailServerProblem = async (url: string): Promise<string | null> => {
  const transporter = createTransport({
    url,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  })
  try {
    await transporter.verify()
    return null
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
  } finally {
    transporter.close()
  }
}
