import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import * as client from 'openid-client';

import { ISSUER, ask, ownKey, register, serving, somebody } from './portal.js';

for (const alg of ['RS256', 'PS256', 'ES256']) {
  test(`a request as a signed object (${alg})`, async () => {
    const { privateKey, jwks } = await ownKey(alg);
    const config = await register({ jwks, request_object_signing_alg: alg });
    const { request, checks } = await ask();

    const url = await client.buildAuthorizationUrlWithJAR(config, request, privateKey);
    const arrived = await somebody().visit(url);

    await client.authorizationCodeGrant(config, new URL(arrived.url), checks);
  });
}

test('a signed object that is served by the portal, and its keys as well', async () => {
  const { privateKey, jwks } = await ownKey('ES256');
  const served = { '/jwks': ['application/json', JSON.stringify(jwks)] };
  const asked = [];

  await serving(
    (incoming, _, response) => {
      asked.push(incoming.url);
      const [type, body] = served[incoming.url];
      response.writeHead(200, { 'content-type': type }).end(body);
    },
    async (portal) => {
      const request_uri = `${portal}/request.jwt`;
      const config = await register({
        jwks_uri: `${portal}/jwks`,
        request_uris: [request_uri],
        request_object_signing_alg: 'ES256',
      });
      const { client_id } = config.clientMetadata();
      const { request, checks } = await ask();
      const signed = await new SignJWT({ ...request, client_id, response_type: 'code' })
        .setProtectedHeader({ alg: 'ES256', kid: privateKey.kid, typ: 'oauth-authz-req+jwt' })
        .setIssuer(client_id)
        .setAudience(new URL(config.serverMetadata().issuer).origin)
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime('1m')
        .setJti(client.randomState())
        .sign(privateKey.key);
      served['/request.jwt'] = ['application/oauth-authz-req+jwt', signed];

      const asks = { request_uri, scope: 'openid' };
      const arrived = await somebody().visit(client.buildAuthorizationUrl(config, asks));

      await client.authorizationCodeGrant(config, new URL(arrived.url), checks);
    },
  );
  assert.deepEqual([...new Set(asked)].sort(), ['/jwks', '/request.jwt']);
});

test('an object that somebody else signed is refused', async () => {
  const [{ jwks }, { privateKey }] = [await ownKey('ES256'), await ownKey('ES256')];
  const config = await register({ jwks, request_object_signing_alg: 'ES256' });
  const { request } = await ask();

  const url = await client.buildAuthorizationUrlWithJAR(config, request, privateKey);

  await assert.rejects(
    (async () => {
      const arrived = await somebody().visit(url);
      throw new Error(new URL(arrived.url).searchParams.get('error'));
    })(),
    /invalid_request_object|^Error: 400 /,
  );
});

test('what a portal is told when the citizen must not be asked', async () => {
  const config = await register();
  const { request, checks } = await ask({ prompt: 'none' });

  const arrived = await somebody().visit(client.buildAuthorizationUrl(config, request));

  await assert.rejects(client.authorizationCodeGrant(config, new URL(arrived.url), checks), {
    name: 'AuthorizationResponseError',
    error: 'login_required',
  });
});

test('an answer says who gives it, and openid-client believes nobody else (RFC 9207)', async () => {
  const config = await register();
  const { request, checks } = await ask();
  const arrived = await somebody().visit(client.buildAuthorizationUrl(config, request));
  const forged = new URL(arrived.url);
  assert.equal(new URL(forged.searchParams.get('iss')).href, ISSUER.href);
  forged.searchParams.set('iss', 'https://attacker.test');

  await assert.rejects(client.authorizationCodeGrant(config, forged, checks));
});
