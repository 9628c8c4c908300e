import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { ISSUER } from './portal.js';

const { id, secret, resource } = JSON.parse(process.env.SERVICE);
const service = () =>
  client.discovery(ISSUER, id, undefined, client.ClientSecretBasic(secret));

/** What stands in front of the interface at `resource`: the caller's claims, or an error. */
function guard(server, accessToken, at = resource) {
  const request = new Request(at, { headers: { authorization: `Bearer ${accessToken}` } });
  return oauth.validateJwtAccessToken(server, request, at);
}

test('a service gets a token for a resource of its own, which oauth4webapi checks', async () => {
  const config = await service();

  const { access_token } = await client.clientCredentialsGrant(config, { resource });
  const claims = await guard(config.serverMetadata(), access_token);

  assert.deepEqual([claims.client_id, claims.sub, claims.aud], [id, id, resource]);
});

test('elsewhere that token is worth nothing', async () => {
  const config = await service();
  const { access_token } = await client.clientCredentialsGrant(config, { resource });

  await assert.rejects(guard(config.serverMetadata(), access_token, 'https://other.test/api'));
  await assert.rejects(client.fetchUserInfo(config, access_token, client.skipSubjectCheck));
});

test('a resource that nobody allowed', async () => {
  await assert.rejects(
    client.clientCredentialsGrant(await service(), { resource: 'https://other.test/api' }),
    { name: 'ResponseBodyError', error: 'invalid_target' },
  );
});
