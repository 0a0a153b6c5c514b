import { describe, test } from 'vitest'
import { enrichPerson } from '../../src/domain/users/enrich-person.ts'
import { judgeEmail } from '../../src/domain/users/judge-email.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS } = cast
const system = { actor: 'system' } as const
const waits = cast.waiting(BEN, BEN_ADDRESS)
const member = [...waits, cast.verified(BEN, BEN_ADDRESS, 'code')]
const gone = cast.erased(BEN)

describe('JudgeEmail', () => {
  const wish = { userId: BEN, verdict: 'risky' } as const

  test.each(['deliverable', 'undeliverable', 'risky', 'unknown'] as const)(
    'S1-36: that an address is %s stands in the history, and nothing else follows',
    (verdict) =>
      given(...waits)
        .when(judgeEmail, { ...wish, verdict }, system)
        .then(cast.emailJudged({ verdict })),
  )
  test('the first verdict stays', () =>
    given(...waits, cast.emailJudged({ verdict: 'deliverable' }))
      .when(judgeEmail, wish, system)
      .then())
  test('a verdict on an address that was given up is none on the new one', () =>
    given(...member, cast.emailJudged(), cast.addressReleased(), cast.verified(BEN, cast.CYD_ADDRESS, 'code'))
      .when(judgeEmail, wish, system)
      .then(cast.emailJudged({ verdict: 'risky' })))
  test('somebody else’s verdict is theirs', () =>
    given(...waits, ...cast.waiting(ADA, ADA_ADDRESS), cast.emailJudged({ userId: ADA }))
      .when(judgeEmail, wish, system)
      .then(cast.emailJudged({ verdict: 'risky' })))
  test('about nobody, or somebody who is gone, nothing is noted', () => {
    given().when(judgeEmail, wish, system).thenRefused('user_not_found')
    given(...waits, gone)
      .when(judgeEmail, wish, system)
      .thenRefused('user_not_found')
  })
  test.each(['operator', 'anonymous', `user:${BEN}`, `user:${ADA}`] as const)(
    'only the service itself notes it, not %s',
    (actor) =>
      given(...waits, ...cast.admin(ADA, ADA_ADDRESS))
        .when(judgeEmail, wish, { actor })
        .thenRefused('not_allowed'),
  )
})

describe('EnrichPerson', () => {
  const found = { name: 'Benjamin', company: 'Analytical Engines', title: null }
  const wish = { userId: BEN, ...found }

  test('S1-35: what a service says is kept beside what the person says, who keeps their name', () =>
    given(...member, cast.profileChanged({ name: 'Ben' }))
      .when(enrichPerson, wish, system)
      .then(cast.personEnriched(found)))
  test('once', () =>
    given(...member, cast.personEnriched())
      .when(enrichPerson, { ...wish, name: 'Benedict' }, system)
      .then())
  test('not about somebody whose address nobody has confirmed: it may be a stranger’s', () =>
    given(...waits)
      .when(enrichPerson, wish, system)
      .thenRefused('email_not_verified'))
  test('about nobody, or somebody who is gone, nothing is kept', () => {
    given().when(enrichPerson, wish, system).thenRefused('user_not_found')
    given(...member, gone)
      .when(enrichPerson, wish, system)
      .thenRefused('user_not_found')
  })
  test.each(['operator', 'anonymous', `user:${BEN}`, `user:${ADA}`] as const)(
    'only the service itself notes it, not %s',
    (actor) =>
      given(...member, ...cast.admin(ADA, ADA_ADDRESS))
        .when(enrichPerson, wish, { actor })
        .thenRefused('not_allowed'),
  )
})
