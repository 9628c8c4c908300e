// What every portal of these tests has: where it is, how it registers, and how it asks.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import * as client from 'openid-client';

import { Citizen } from './citizen.js';

export const ISSUER = new URL(process.env.ISSUER);
export const CALLBACK = 'https://portal.test/callback';
export const PERSON = JSON.parse(process.env.PERSON);

/** A citizen who has signed in nowhere yet. */
export const somebody = () => new Citizen(ISSUER.href, PERSON);

/** Registers a portal that says `metadata` of itself; openid-client's configuration of it. */
export function register(metadata = {}, authentication = client.ClientSecretBasic()) {
  const says = { client_name: 'Cổng thử nghiệm', redirect_uris: [CALLBACK], ...metadata };
  return client.dynamicClientRegistration(ISSUER, says, authentication);
}

/** A request with everything a careful portal sends, and the checks that go with it. */
export async function ask(parameters = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const request = {
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  return { request, checks };
}

/** Signs `citizen` in at the portal `config`; the tokens, with every check of openid-client done. */
export async function signIn(config, citizen, parameters = {}) {
  const { request, checks } = await ask(parameters);
  const arrived = await citizen.visit(client.buildAuthorizationUrl(config, request));
  return client.authorizationCodeGrant(config, arrived.method === 'GET' ? new URL(arrived.url) : arrived, checks);
}

/** A key pair of a portal, and its public half as a portal's `jwks` has it. */
export async function ownKey(alg) {
  const { generateKeyPair, exportJWK } = await import('jose');
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid: `portal-${alg}`, alg, use: 'sig' };
  return { privateKey: { key: privateKey, kid: jwk.kid }, jwks: { keys: [jwk] } };
}

/** Serves https on this machine while `use` runs: `answer` takes a request and its body. */
export async function serving(answer, use) {
  const pem = readFileSync(process.env.TLS_CHAIN);
  const server = createServer({ key: pem, cert: pem }, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    answer(request, Buffer.concat(parts).toString('utf8'), response);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await use(`https://localhost:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
