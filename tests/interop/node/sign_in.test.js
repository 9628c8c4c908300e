import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

import { CALLBACK, ISSUER, PERSON, ask, register, signIn, somebody } from './portal.js';

const METHODS = [
  ['client_secret_basic', client.ClientSecretBasic],
  ['client_secret_post', client.ClientSecretPost],
];

test('both discovery documents say the same, and name this issuer', async () => {
  const oidc = await client.discovery(ISSUER, 'nobody');
  const oauth2 = await client.discovery(ISSUER, 'nobody', undefined, undefined, {
    algorithm: 'oauth2',
  });

  assert.equal(oidc.serverMetadata().supportsPKCE(), true);
  assert.deepEqual({ ...oidc.serverMetadata() }, { ...oauth2.serverMetadata() });
});

for (const [method, authentication] of METHODS) {
  test(`a code and PKCE, with ${method}`, async () => {
    const config = await register({ token_endpoint_auth_method: method }, authentication());

    const tokens = await signIn(config, somebody(), { scope: 'openid profile email phone' });
    const claims = tokens.claims();
    const user = await client.fetchUserInfo(config, tokens.access_token, claims.sub);

    assert.equal(claims.iss, ISSUER.href.replace(/\/$/, ''));
    assert.deepEqual(
      [user.name, user.email, user.phone_number],
      [PERSON.name, PERSON.email, PERSON.phone_number],
    );
    assert.ok(tokens.expiresIn() > 0);
  });
}

for (const alg of ['RS256', 'ES256']) {
  test(`an ID token signed with ${alg}, checked against the published keys`, async () => {
    const config = await register({ id_token_signed_response_alg: alg });
    client.enableNonRepudiationChecks(config);

    const tokens = await signIn(config, somebody());

    const [header] = tokens.id_token.split('.');
    assert.equal(JSON.parse(Buffer.from(header, 'base64url')).alg, alg);
  });
}

for (const alg of ['RS256', 'ES256']) {
  test(`claims as a token signed with ${alg}, checked against the published keys`, async () => {
    const config = await register({ userinfo_signed_response_alg: alg });
    client.enableNonRepudiationChecks(config);

    const tokens = await signIn(config, somebody(), { scope: 'openid profile' });
    const user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);

    assert.equal(user.name, PERSON.name);
  });
}

test('the answer by form_post', async () => {
  const config = await register();
  const { request, checks } = await ask({ response_mode: 'form_post' });

  const arrived = await somebody().visit(client.buildAuthorizationUrl(config, request));

  assert.deepEqual([arrived.method, arrived.url], ['POST', CALLBACK]);
  await client.authorizationCodeGrant(config, arrived, checks);
});

test('an error by form_post', async () => {
  const config = await register();
  const { request, checks } = await ask({ response_mode: 'form_post', prompt: 'none' });

  const arrived = await somebody().visit(client.buildAuthorizationUrl(config, request));

  await assert.rejects(client.authorizationCodeGrant(config, arrived, checks), {
    name: 'AuthorizationResponseError',
    error: 'login_required',
  });
});

test('single sign-on: the second portal is silent, and knows the citizen by another name', async () => {
  const citizen = somebody();
  const [first, second] = [
    await register(),
    await register({ redirect_uris: ['https://other.test/callback'] }),
  ];
  const one = await signIn(first, citizen, { max_age: '600' });
  const again = await signIn(first, citizen, { prompt: 'none', max_age: '600' });

  const other = await signIn(second, citizen, { redirect_uri: 'https://other.test/callback' });

  assert.equal(again.claims().sub, one.claims().sub);
  assert.equal(again.claims().auth_time, one.claims().auth_time);
  assert.notEqual(other.claims().sub, one.claims().sub);
});

test('what the claims parameter asks for comes where it was asked', async () => {
  const config = await register();
  const asked = { id_token: { name: null, acr: { values: ['LoA2'] } }, userinfo: { email: null } };

  const tokens = await signIn(config, somebody(), { claims: JSON.stringify(asked) });
  const claims = tokens.claims();
  const user = await client.fetchUserInfo(config, tokens.access_token, claims.sub);

  assert.deepEqual([claims.name, claims.email, claims.acr], [PERSON.name, undefined, 'LoA2']);
  assert.deepEqual([user.name, user.email], [undefined, PERSON.email]);
});

test('a code is worth one exchange', async () => {
  const config = await register();
  const { request, checks } = await ask();
  const { url } = await somebody().visit(client.buildAuthorizationUrl(config, request));
  await client.authorizationCodeGrant(config, new URL(url), checks);

  await assert.rejects(client.authorizationCodeGrant(config, new URL(url), checks), {
    name: 'ResponseBodyError',
    error: 'invalid_grant',
  });
});
