import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { ISSUER, ask, ownKey, register, signIn, somebody } from './portal.js';

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };
const KEEPS_TOKENS = { grant_types: ['authorization_code', 'refresh_token'] };

for (const alg of ['RS256', 'PS256', 'ES256']) {
  test(`a portal that proves itself by a key (${alg}) at every endpoint`, async () => {
    const { privateKey, jwks } = await ownKey(alg);
    const config = await register(
      {
        ...KEEPS_TOKENS,
        jwks,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: alg,
      },
      client.PrivateKeyJwt(privateKey),
    );

    const tokens = await signIn(config, somebody(), OFFLINE);
    const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
    const before = await client.tokenIntrospection(config, fresh.access_token);
    await client.tokenRevocation(config, fresh.access_token);
    const after = await client.tokenIntrospection(config, fresh.access_token);

    assert.deepEqual([before.active, after.active], [true, false]);
  });
}

test('an assertion for the token endpoint is as good as one for the issuer', async () => {
  const { privateKey, jwks } = await ownKey('ES256');
  const server = (await client.discovery(ISSUER, 'nobody')).serverMetadata();
  const config = await register(
    { jwks, token_endpoint_auth_method: 'private_key_jwt' },
    client.PrivateKeyJwt(privateKey, {
      [client.modifyAssertion]: (_, payload) => {
        payload.aud = server.token_endpoint;
      },
    }),
  );

  assert.ok((await signIn(config, somebody())).id_token);
});

test('somebody else’s key is nobody’s', async () => {
  const [{ jwks }, { privateKey }] = [await ownKey('ES256'), await ownKey('ES256')];
  const config = await register(
    { jwks, token_endpoint_auth_method: 'private_key_jwt' },
    client.PrivateKeyJwt(privateKey),
  );

  await assert.rejects(signIn(config, somebody()), { status: 401 });
});

test('refresh: a new pair, the same person, and the time of the sign-in itself', async () => {
  const config = await register(KEEPS_TOKENS);
  const tokens = await signIn(config, somebody(), { ...OFFLINE, max_age: '600' });

  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);

  const [first, second] = [tokens.claims(), fresh.claims()];
  assert.deepEqual([second.sub, second.auth_time], [first.sub, first.auth_time]);
  assert.notEqual(fresh.access_token, tokens.access_token);
  assert.notEqual(fresh.refresh_token, tokens.refresh_token);
  await client.fetchUserInfo(config, fresh.access_token, first.sub);
});

test('revoking a refresh token ends what came of it', async () => {
  const config = await register(KEEPS_TOKENS);
  const tokens = await signIn(config, somebody(), OFFLINE);

  await client.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });

  assert.equal((await client.tokenIntrospection(config, tokens.refresh_token)).active, false);
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), {
    error: 'invalid_grant',
  });
});

test('another portal learns nothing of a token', async () => {
  const [one, other] = [await register(), await register()];
  const tokens = await signIn(one, somebody());

  assert.deepEqual(
    [
      (await client.tokenIntrospection(one, tokens.access_token)).active,
      await client.tokenIntrospection(other, tokens.access_token),
    ],
    [true, { active: false }],
  );
});

test('a code used twice ends the tokens of its first use', async () => {
  const config = await register();
  const { request, checks } = await ask();
  const { url } = await somebody().visit(client.buildAuthorizationUrl(config, request));
  const tokens = await client.authorizationCodeGrant(config, new URL(url), checks);
  await assert.rejects(client.authorizationCodeGrant(config, new URL(url), checks));

  await assert.rejects(
    client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub),
    (error) => /invalid_token/.test(JSON.stringify(error.cause)),
  );
});

test('userinfo by POST, with the token in the header', async () => {
  const config = await register();
  const tokens = await signIn(config, somebody());
  const server = config.serverMetadata();

  const answer = await client.fetchProtectedResource(
    config,
    tokens.access_token,
    new URL(server.userinfo_endpoint),
    'POST',
  );
  const user = await oauth.processUserInfoResponse(
    server,
    config.clientMetadata(),
    tokens.claims().sub,
    answer,
  );

  assert.equal(user.sub, tokens.claims().sub);
});
