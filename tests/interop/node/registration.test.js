import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

import { CALLBACK, ISSUER, register, serving, signIn, somebody } from './portal.js';

function manage(registered, method, body) {
  return fetch(registered.registration_client_uri, {
    method,
    headers: {
      authorization: `Bearer ${registered.registration_access_token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
}

test('a portal reads, changes and ends its registration', async () => {
  const registered = (await register()).clientMetadata();

  const read = await (await manage(registered, 'GET')).json();
  const put = await manage(registered, 'PUT', {
    client_id: registered.client_id,
    client_name: 'Tên mới',
    redirect_uris: [CALLBACK, 'https://portal.test/second'],
  });
  const changed = await put.json();
  const ended = await manage({ ...registered, ...changed }, 'DELETE');

  assert.deepEqual([read.client_id, read.redirect_uris], [registered.client_id, [CALLBACK]]);
  assert.deepEqual([put.status, changed.client_name], [200, 'Tên mới']);
  assert.equal(ended.status, 204);
  const gone = await manage({ ...registered, ...changed }, 'GET');
  assert.equal(gone.status, 401);
});

test('oauth4webapi finds nothing wrong with an answer to a registration', async () => {
  const server = await oauth.processDiscoveryResponse(
    ISSUER,
    await oauth.discoveryRequest(ISSUER, { algorithm: 'oidc' }),
  );

  const answer = await oauth.dynamicClientRegistrationRequest(server, {
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'client_secret_basic',
    contacts: ['ops@portal.test'],
    default_max_age: 600,
    'client_name#en': 'A portal',
  });
  const registered = await oauth.processDynamicClientRegistrationResponse(answer);

  assert.deepEqual([registered.default_max_age, registered.contacts], [600, ['ops@portal.test']]);
});

test('default_max_age brings auth_time without being asked', async () => {
  const config = await register({ default_max_age: 600 });

  const tokens = await signIn(config, somebody());

  assert.equal(typeof tokens.claims().auth_time, 'number');
});

for (const [wrong, error] of [
  [{ redirect_uris: ['https://portal.test/callback#here'] }, 'invalid_redirect_uri'],
  [{ response_types: ['id_token'] }, 'invalid_client_metadata'],
  [{ initiate_login_uri: 'http://portal.test/start' }, 'invalid_client_metadata'],
]) {
  test(`${Object.keys(wrong)[0]} that is refused: ${error}`, async () => {
    await assert.rejects(register(wrong), { name: 'ResponseBodyError', error });
  });
}

test('several hosts are no sector unless a document of theirs says so', async () => {
  await assert.rejects(
    register({ redirect_uris: [CALLBACK, 'https://other.test/callback'] }),
    client.ResponseBodyError,
  );
});

test('several hosts are one sector where a document of theirs says so', async () => {
  const hosts = ['https://one.test/callback', 'https://two.test/callback'];
  await serving(
    (_, __, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(hosts));
    },
    async (portal) => {
      const says = { redirect_uris: hosts, sector_identifier_uri: `${portal}/sector.json` };
      const [citizen, first, second] = [somebody(), await register(says), await register(says)];

      const one = await signIn(first, citizen, { redirect_uri: hosts[0] });
      const two = await signIn(second, citizen, { redirect_uri: hosts[1] });

      assert.equal(one.claims().sub, two.claims().sub);
    },
  );
});
