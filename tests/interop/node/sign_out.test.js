import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';

import { register, serving, signIn, somebody } from './portal.js';

const GOODBYE = 'https://portal.test/goodbye';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

test('a portal that knows the citizen signs them out and has them back', async () => {
  const config = await register({ post_logout_redirect_uris: [GOODBYE] });
  const citizen = somebody();
  const tokens = await signIn(config, citizen);

  const arrived = await citizen.visit(
    client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: GOODBYE,
      state: 'of my own',
    }),
  );

  const { origin, pathname, searchParams } = new URL(arrived.url);
  assert.equal(origin + pathname, GOODBYE);
  assert.deepEqual([...searchParams], [['state', 'of my own']]);
  await assert.rejects(signIn(config, citizen, { prompt: 'none' }), { error: 'login_required' });
});

test('an address that was not registered is nowhere to go', async () => {
  const config = await register({ post_logout_redirect_uris: [GOODBYE] });
  const citizen = somebody();
  const { id_token } = await signIn(config, citizen);

  const page = await citizen.read(
    client.buildEndSessionUrl(config, {
      id_token_hint: id_token,
      post_logout_redirect_uri: `${GOODBYE}?more`,
    }),
  );

  assert.equal(page.away, undefined);
});

test('a portal hears behind the scenes that the session ended elsewhere', async () => {
  const told = new EventEmitter();
  await serving(
    (incoming, body, response) => {
      response.writeHead(200).end();
      told.emit('logout', incoming, new URLSearchParams(body));
    },
    async (portal) => {
      const listening = await register({
        backchannel_logout_uri: `${portal}/backchannel-logout`,
        backchannel_logout_session_required: true,
      });
      const other = await register({
        redirect_uris: ['https://other.test/callback'],
        post_logout_redirect_uris: ['https://other.test/goodbye'],
      });
      const citizen = somebody();
      const here = await signIn(listening, citizen);
      const there = await signIn(other, citizen, { redirect_uri: 'https://other.test/callback' });
      const heard = once(told, 'logout');

      await citizen.visit(
        client.buildEndSessionUrl(other, {
          id_token_hint: there.id_token,
          post_logout_redirect_uri: 'https://other.test/goodbye',
        }),
      );
      const [incoming, form] = await heard;

      assert.deepEqual([incoming.method, incoming.url], ['POST', '/backchannel-logout']);
      assert.deepEqual([...form.keys()], ['logout_token']);
      const { issuer, jwks_uri } = listening.serverMetadata();
      const { payload } = await jwtVerify(
        form.get('logout_token'),
        createRemoteJWKSet(new URL(jwks_uri)),
        {
          issuer,
          audience: listening.clientMetadata().client_id,
          typ: 'logout+jwt',
          algorithms: ['RS256'],
          requiredClaims: ['iat', 'exp', 'jti', 'events'],
        },
      );
      assert.deepEqual(payload.events, { [EVENT]: {} });
      assert.deepEqual(
        [payload.sub, payload.sid, payload.nonce],
        [here.claims().sub, here.claims().sid, undefined],
      );
    },
  );
});
