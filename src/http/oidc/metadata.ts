import type { AdapterPayload } from 'oidc-provider'
import type { ClientView } from '../../projections/clients.ts'

/** Satisfies the library, which wants to see a secret; the real one is derived and compared elsewhere. */
const SECRET_IS_DERIVED = 'derived'

/** A client in the words of OpenID Connect. `web` makes redirect URIs be compared letter by letter, port and all. */
export const metadataOf = ({ id, name, kind, redirectUris }: ClientView): AdapterPayload => ({
  client_id: id,
  client_name: name,
  application_type: 'web',
  redirect_uris: [...redirectUris],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  response_modes: ['query'],
  id_token_signed_response_alg: 'EdDSA',
  ...(kind === 'public'
    ? { token_endpoint_auth_method: 'none' }
    : { token_endpoint_auth_method: 'client_secret_basic', client_secret: SECRET_IS_DERIVED }),
})
