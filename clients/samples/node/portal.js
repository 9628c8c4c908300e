// A portal in one file: node:http and openid-client. Copy it, and put your pages in place of these.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as client from 'openid-client';

const ISSUER = process.env.OIDC_ISSUER ?? 'http://localhost:8400';
const CLIENT_ID = process.env.OIDC_CLIENT_ID ?? 'sample-node';
const CLIENT_SECRET = process.env.OIDC_CLIENT_SECRET;
const PORTAL = process.env.PORTAL_URL ?? 'http://localhost:8411';

// What the procedures of this portal need; every class above will do.
const LEVELS = ['LoA2', 'LoA3', 'LoA4'];
const SCOPE = 'openid profile';

const DAY = 24 * 60 * 60 * 1000; // somebody may enrol on the way
const SESSION = 2 * 60 * 60 * 1000; // milliseconds; after it the provider's session signs in silently
const DISCOVERED = 60 * 60 * 1000;
const CAPACITY = 10_000;
const TIMEOUT = 3; // seconds
const SKEW = 10; // seconds between the provider's clock and ours

const STYLE = readFileSync(new URL('sign-in-button.css', import.meta.url));
const HEADERS = {
  'Cache-Control': 'no-store', // else the back button shows the last citizen's page
  // No form-action: browsers apply it to the redirects that follow a sign-out, too.
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

/** What is kept on the server, by names nobody guesses. Several processes need a shared one. */
class Store {
  #entries = new Map();
  #lifetime;

  constructor(lifetime) {
    this.#lifetime = lifetime;
  }

  put(value, name = newHandle()) {
    const now = Date.now();
    for (const [oldest, entry] of this.#entries) {
      if (entry.until > now && this.#entries.size < CAPACITY) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(name, { value, until: now + this.#lifetime });
    return name;
  }

  get(name) {
    const entry = this.#entries.get(name);
    return entry && entry.until > Date.now() ? entry.value : undefined;
  }

  take(name) {
    const value = this.get(name);
    this.#entries.delete(name);
    return value;
  }
}

const questions = new Store(DAY); // by `state`: who asked, and what the answer must fit
const sessions = new Store(SESSION);

/** A refusal of this portal, by a name for its log. */
class Refused extends Error {}

let discovered;

/** The provider as its discovery document has it; asked for anew once an hour, and after a failure. */
async function provider() {
  if (!discovered || discovered.until < Date.now()) {
    const execute = [client.enableNonRepudiationChecks]; // verify signatures, on TLS as well
    if (ISSUER.startsWith('http://localhost:')) execute.push(client.allowInsecureRequests);
    const metadata = {
      client_secret: CLIENT_SECRET,
      id_token_signed_response_alg: 'ES256', // as registered, whatever a token says of itself
      [client.clockTolerance]: SKEW,
    };
    const config = await client.discovery(
      new URL(ISSUER),
      CLIENT_ID,
      metadata,
      client.ClientSecretBasic(CLIENT_SECRET),
      { execute, timeout: TIMEOUT },
    );
    discovered = { config, until: Date.now() + DISCOVERED };
  }
  return discovered.config;
}

/** Asks the provider who this is, and for a class that will do. */
async function signIn(request, response) {
  const config = await provider();
  const browser = cookie(request, 'sample_browser') ?? newHandle();
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedNonce: client.randomNonce(),
    expectedState: client.randomState(),
    idTokenExpected: true,
  };
  questions.put({ browser, checks }, checks.expectedState);
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: `${PORTAL}/callback`,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    claims: JSON.stringify({ id_token: { acr: { essential: true, values: LEVELS } } }),
  });
  setCookie(response, 'sample_browser', browser, DAY);
  redirect(response, address.href);
}

/** Takes the provider's answer: once, in the browser that asked, and only if every check holds. */
async function callback(request, response) {
  const url = new URL(request.url, PORTAL);
  const question = questions.get(url.searchParams.get('state'));
  // Somebody else's answer, opened in this browser, would sign this citizen in as that person.
  if (!question || !same(cookie(request, 'sample_browser'), question.browser)) {
    throw new Refused('state');
  }
  questions.take(url.searchParams.get('state'));
  const config = await provider();
  // state, iss (RFC 9207), PKCE; then signature, alg, iss, aud, azp, exp, iat and nonce.
  const tokens = await client.authorizationCodeGrant(config, url, question.checks);
  const claims = tokens.claims();
  const [header] = tokens.id_token.split('.');
  // What openid-client leaves to us. A logout token is signed with the same keys.
  if (JSON.parse(Buffer.from(header, 'base64url')).typ !== 'JWT') throw new Refused('typ');
  if (claims.aud !== CLIENT_ID || (claims.azp ?? CLIENT_ID) !== CLIENT_ID) throw new Refused('aud');
  if (!same(claims.at_hash, leftHalf(tokens.access_token))) throw new Refused('at_hash');
  if (claims.iat * 1000 > Date.now() + SKEW * 1000) throw new Refused('iat');
  if (!LEVELS.includes(claims.acr)) throw new Refused('acr');
  const user = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  // File your records under `sub`: it never changes. The access token is needed no longer.
  const session = { sub: claims.sub, acr: claims.acr, name: user.name ?? '' };
  const handle = sessions.put({ ...session, idToken: tokens.id_token, csrf: newHandle() });
  setCookie(response, 'sample_session', handle, SESSION); // a new one each time
  redirect(response, '/');
}

/** Ends the session here first, then the provider's. By POST: an image must not sign people out. */
async function signOut(request, response) {
  const session = sessions.get(cookie(request, 'sample_session'));
  const form = new URLSearchParams(await body(request));
  if (session && !same(form.get('csrf') ?? undefined, session.csrf)) throw new Refused('csrf');
  sessions.take(cookie(request, 'sample_session'));
  setCookie(response, 'sample_session', '', 0);
  if (!session) return redirect(response, '/');
  const address = client.buildEndSessionUrl(await provider(), {
    id_token_hint: session.idToken,
    post_logout_redirect_uri: `${PORTAL}/signed-out`,
    state: client.randomState(),
  });
  redirect(response, address.href);
}

function home(request, response) {
  const session = sessions.get(cookie(request, 'sample_session'));
  if (!session) return page(response, 200, 'Cổng mẫu', BUTTON);
  page(
    response,
    200,
    'Cổng mẫu',
    `<p>Xin chào <strong id="citizen-name">${escaped(session.name)}</strong>.
Mức: <span id="acr">${escaped(session.acr)}</span>.</p>
<form method="post" action="/sign-out"><input type="hidden" name="csrf" value="${session.csrf}">
<button id="sign-out">Đăng xuất</button></form>`,
  );
}

function signedOut(_request, response) {
  page(response, 200, 'Bạn đã đăng xuất', BUTTON);
}

function style(_request, response) {
  response.writeHead(200, { 'Content-Type': 'text/css' }).end(STYLE);
}

const ROUTES = {
  'GET /': home,
  'GET /sign-in': signIn,
  'GET /callback': callback,
  'POST /sign-out': signOut,
  'GET /signed-out': signedOut,
  'GET /sign-in-button.css': style,
};

const AGAIN = 'Chọn nút dưới đây để đăng nhập lại.';
const CANCELLED = [403, 'Bạn đã huỷ đăng nhập', 'Không có thông tin nào được gửi tới cổng này.'];
const TOO_LOW = [403, 'Cần mức xác minh cao hơn', 'Đăng nhập lại để xem cách nâng mức tài khoản.'];
const STALE = [400, 'Lần đăng nhập này không còn dùng được', AGAIN];
const REFUSED = [400, 'Chưa đăng nhập được', `Bạn không làm gì sai. ${AGAIN}`];
const AWAY = [503, 'Cổng Dịch vụ công Quốc gia chưa trả lời', 'Thử lại sau ít phút.'];
const NOT_FOUND = [404, 'Không tìm thấy trang', 'Kiểm tra lại địa chỉ, hoặc về trang chính.'];

/** The words for `failure`. */
function problem(failure) {
  if (failure instanceof client.AuthorizationResponseError) {
    if (failure.error === 'access_denied') return CANCELLED;
    if (failure.error === 'unmet_authentication_requirements') return TOO_LOW;
    if (['server_error', 'temporarily_unavailable'].includes(failure.error)) return AWAY;
    return REFUSED;
  }
  if (failure instanceof Refused) {
    return { state: STALE, csrf: STALE, acr: TOO_LOW }[failure.message] ?? REFUSED;
  }
  const unreachable = failure instanceof TypeError && failure.message === 'fetch failed';
  const late = failure.code === 'OAUTH_TIMEOUT';
  const broken = (failure.cause?.status ?? 0) >= 500;
  return unreachable || late || broken ? AWAY : REFUSED;
}

async function answer(request, response) {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const { pathname } = new URL(request.url, PORTAL);
  const route = ROUTES[`${request.method} ${pathname}`];
  if (!route) return page(response, NOT_FOUND[0], NOT_FOUND[1], `<p>${NOT_FOUND[2]}</p>`);
  try {
    await route(request, response);
  } catch (failure) {
    // Never the request: it holds the code. Never the tokens.
    console.log(JSON.stringify([failure.name, failure.error ?? failure.code ?? failure.message]));
    // Its keys may be new ones: the next sign-in asks for them.
    if (failure instanceof client.ClientError) discovered = undefined;
    const [status, heading, text] = problem(failure);
    page(response, status, heading, `<p>${text}</p>\n${BUTTON}`);
  }
}

const BUTTON = `<a class="dvcqg-sign-in" id="sign-in" href="/sign-in">Đăng nhập Cổng DVC Quốc gia</a>
<p>Bạn sẽ được chuyển sang trang của Cổng Dịch vụ công Quốc gia.</p>`;

function page(response, status, heading, content) {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html>
<html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${heading}</title><link rel="stylesheet" href="/sign-in-button.css">
<h1>${heading}</h1>
${content}
`);
}

function redirect(response, address) {
  response.writeHead(303, { Location: address }).end();
}

async function body(request) {
  let text = '';
  for await (const part of request) {
    text += part;
    if (text.length > 4096) throw new Refused('body');
  }
  return text;
}

function cookie(request, name) {
  const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  return pairs.find(([found]) => found === name)?.[1];
}

function setCookie(response, name, value, lifetime) {
  const secure = PORTAL.startsWith('https://') ? '; Secure' : '';
  const rest = `; Path=/; HttpOnly; SameSite=Lax; Max-Age=${lifetime / 1000}${secure}`;
  response.appendHeader('Set-Cookie', `${name}=${value}${rest}`);
}

function newHandle() {
  return randomBytes(32).toString('base64url');
}

/** The at_hash of `token` (Core §3.1.3.6): ES256 hashes with SHA-256. */
function leftHalf(token) {
  return createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url');
}

function same(given, expected) {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

if (!CLIENT_SECRET) {
  console.error('OIDC_CLIENT_SECRET is missing: it is shown when the portal is registered.');
  process.exit(1);
}
createServer(answer).listen(Number(new URL(PORTAL).port || 8411), '127.0.0.1');
console.log(`${PORTAL}`);
