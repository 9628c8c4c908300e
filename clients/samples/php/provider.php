<?php
// The provider, as a portal sees it: discovery, the question, and every check on the answer.
// `composer require` of a certified library is the better way where there is one; this is what it
// has to do, with nothing but PHP's own openssl.

declare(strict_types=1);

/** An answer that is not believed; the message is a word for the log. */
class Refused extends RuntimeException
{
}

/** The provider cannot be reached, or is broken. */
class ProviderAway extends RuntimeException
{
}

final class Provider
{
    private const TIMEOUT = 3; // seconds
    private const SKEW = 10; // seconds between the provider's clock and ours
    private const DISCOVERED = 3600; // seconds
    private const LARGEST = 1 << 20; // bytes of an answer

    public function __construct(
        private readonly string $issuer,
        private readonly string $client_id,
        private readonly string $client_secret,
        private readonly string $redirect_uri,
    ) {
    }

    /** The address with the question: PKCE, and a class of `levels` as a condition. */
    public function question(string $state, string $nonce, string $verifier, array $levels): string
    {
        return self::with_query($this->metadata()['authorization_endpoint'], [
            'client_id' => $this->client_id,
            'redirect_uri' => $this->redirect_uri,
            'response_type' => 'code',
            'scope' => 'openid profile',
            'state' => $state,
            'nonce' => $nonce,
            'code_challenge' => base64url(hash('sha256', $verifier, true)),
            'code_challenge_method' => 'S256',
            'claims' => json_encode(['id_token' => ['acr' => ['essential' => true, 'values' => $levels]]]),
        ]);
    }

    /** The claims of the ID token, userinfo, and the ID token itself, once everything is checked. */
    public function redeem(array $answer, string $nonce, string $verifier): array
    {
        // RFC 9207, before anything else is believed: a code meant for another provider.
        self::require(($answer['iss'] ?? null) === $this->issuer, 'response.iss');
        if (isset($answer['error'])) {
            // A word of the log: no line breaks from outside.
            throw new Refused(preg_replace('/[^a-z_]/', '?', substr($answer['error'], 0, 64)));
        }
        self::require(isset($answer['code']), 'response.code');
        $tokens = $this->fetch($this->metadata()['token_endpoint'], [
            'Authorization: Basic ' . base64_encode(
                rawurlencode($this->client_id) . ':' . rawurlencode($this->client_secret)
            ),
            'Content-Type: application/x-www-form-urlencoded',
        ], http_build_query([
            'grant_type' => 'authorization_code',
            'code' => $answer['code'],
            'redirect_uri' => $this->redirect_uri,
            'code_verifier' => $verifier,
        ]));
        self::require(is_string($tokens['access_token'] ?? null), 'token.missing');
        self::require(is_string($tokens['id_token'] ?? null), 'token.missing');
        self::require(strcasecmp((string) ($tokens['token_type'] ?? ''), 'Bearer') === 0, 'token_type');
        $claims = $this->id_token($tokens['id_token'], $nonce, $tokens['access_token']);
        $user = $this->fetch(
            $this->metadata()['userinfo_endpoint'],
            ["Authorization: Bearer {$tokens['access_token']}"],
        );
        self::require(($user['sub'] ?? null) === $claims['sub'], 'userinfo.sub'); // of somebody else
        return [$claims, $user, $tokens['id_token']];
    }

    /** Where the browser goes to end the provider's session. */
    public function leaving(string $id_token, string $back, string $state): string
    {
        return self::with_query($this->metadata()['end_session_endpoint'], [
            'id_token_hint' => $id_token,
            'post_logout_redirect_uri' => $back,
            'state' => $state,
        ]);
    }

    /** OpenID Connect Core §3.1.3.7, in full. */
    private function id_token(string $encoded, string $nonce, string $access_token): array
    {
        $parts = explode('.', $encoded);
        self::require(count($parts) === 3, 'id_token.malformed');
        [$header, $claims] = array_map(
            fn (string $part) => json_decode(from_base64url($part), true),
            [$parts[0], $parts[1]],
        );
        self::require(is_array($header) && is_array($claims), 'id_token.malformed');
        // As registered, whatever the token says of itself: no `none`, no HMAC with something public.
        self::require(($header['alg'] ?? null) === 'ES256', 'id_token.alg');
        self::require(($header['typ'] ?? null) === 'JWT', 'id_token.typ'); // no logout token
        $key = $this->key($header['kid'] ?? null);
        $signature = der_signature(from_base64url($parts[2]));
        $verified = openssl_verify("$parts[0].$parts[1]", $signature, $key, OPENSSL_ALGO_SHA256);
        self::require($verified === 1, 'id_token.signature');

        $now = time();
        [$exp, $iat] = [$claims['exp'] ?? null, $claims['iat'] ?? null];
        self::require(($claims['iss'] ?? null) === $this->issuer, 'id_token.iss');
        self::require(in_array($claims['aud'] ?? null, [$this->client_id, [$this->client_id]], true), 'id_token.aud');
        self::require(($claims['azp'] ?? $this->client_id) === $this->client_id, 'id_token.azp');
        self::require(is_string($claims['sub'] ?? null) && $claims['sub'] !== '', 'id_token.sub');
        self::require(is_int($exp) && $exp > $now - self::SKEW, 'id_token.exp');
        self::require(is_int($iat) && $iat <= $now + self::SKEW, 'id_token.iat');
        // A code injected here brings a token made for another sign-in.
        self::require(self::same($claims['nonce'] ?? null, $nonce), 'id_token.nonce');
        $hash = base64url(substr(hash('sha256', $access_token, true), 0, 16));
        self::require(self::same($claims['at_hash'] ?? null, $hash), 'id_token.at_hash');
        return $claims;
    }

    /** The published key of that name. Asked for anew, once, where it is not among those we have. */
    private function key(mixed $kid): OpenSSLAsymmetricKey
    {
        $uri = $this->metadata()['jwks_uri'];
        foreach ([self::DISCOVERED, 0] as $oldest) {
            foreach ($this->kept($uri, $oldest)['keys'] ?? [] as $jwk) {
                $fits = ($jwk['kid'] ?? null) === $kid && ($jwk['use'] ?? 'sig') === 'sig';
                if ($fits && is_string($kid) && ($jwk['crv'] ?? null) === 'P-256') {
                    return p256_key($jwk);
                }
            }
        }
        throw new Refused('id_token.kid');
    }

    private function metadata(): array
    {
        $metadata = $this->kept("$this->issuer/.well-known/openid-configuration", self::DISCOVERED);
        self::require(($metadata['issuer'] ?? null) === $this->issuer, 'discovery.issuer');
        return $metadata;
    }

    /** The document at `uri`, at most `oldest` seconds old; kept in a file, as PHP forgets. */
    private function kept(string $uri, int $oldest): array
    {
        $folder = ini_get('session.save_path') ?: sys_get_temp_dir();
        $file = $folder . '/sample_php_' . hash('sha256', $uri);
        if (is_file($file) && filemtime($file) + $oldest > time()) {
            return json_decode(file_get_contents($file), true);
        }
        $document = $this->fetch($uri);
        $written = tempnam($folder, 'sample_php_');
        file_put_contents($written, json_encode($document));
        rename($written, $file); // whole, whoever reads meanwhile
        return $document;
    }

    /** The JSON at `uri`; no redirects, TLS checked, and not for ever. */
    private function fetch(string $uri, array $headers = [], ?string $body = null): array
    {
        $context = stream_context_create(['http' => [
            'method' => $body === null ? 'GET' : 'POST',
            'header' => $headers,
            'content' => $body ?? '',
            'timeout' => self::TIMEOUT,
            'follow_location' => 0,
            'ignore_errors' => true,
        ]]);
        $answer = @file_get_contents($uri, false, $context, 0, self::LARGEST);
        $status = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
        if ($answer === false || $status >= 500 || $status === 0) {
            throw new ProviderAway((string) parse_url($uri, PHP_URL_PATH));
        }
        self::require($status === 200, "status.$status");
        $document = json_decode($answer, true);
        self::require(is_array($document), 'json');
        return $document;
    }

    private static function with_query(string $address, array $parameters): string
    {
        return $address . (str_contains($address, '?') ? '&' : '?') . http_build_query($parameters);
    }

    private static function require(bool $holds, string $word): void
    {
        if (!$holds) {
            throw new Refused($word);
        }
    }

    private static function same(mixed $value, string $expected): bool
    {
        return is_string($value) && hash_equals($expected, $value);
    }
}

/** The parameters of `query`, each there once: PHP alone takes the last of several. */
function parameters_once(string $query): array
{
    $found = [];
    foreach (array_filter(explode('&', $query), 'strlen') as $pair) {
        [$name, $value] = array_map('urldecode', explode('=', $pair, 2)) + [1 => ''];
        if (array_key_exists($name, $found)) {
            throw new Refused('response.parameters');
        }
        $found[$name] = $value;
    }
    return $found;
}

function random_text(): string
{
    return base64url(random_bytes(32));
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function from_base64url(string $text): string
{
    $bytes = base64_decode(strtr($text, '-_', '+/'), true);
    return $bytes === false ? '' : $bytes;
}

/** The JWK as openssl wants it: RFC 5480's header of a P-256 key, then the point. */
function p256_key(array $jwk): OpenSSLAsymmetricKey
{
    [$x, $y] = array_map(fn (string $name) => from_base64url((string) ($jwk[$name] ?? '')), ['x', 'y']);
    $header = hex2bin('3059301306072a8648ce3d020106082a8648ce3d030107034200');
    $pem = "-----BEGIN PUBLIC KEY-----\n" . base64_encode("$header\x04$x$y") . "\n-----END PUBLIC KEY-----";
    $key = strlen("$x$y") === 64 ? openssl_pkey_get_public($pem) : false;
    return $key === false ? throw new Refused('id_token.kid') : $key;
}

/** The 64 bytes of a JWS signature (RFC 7518 §3.4) as openssl wants them: DER. */
function der_signature(string $raw): string
{
    if (strlen($raw) !== 64) {
        throw new Refused('id_token.signature');
    }
    $integers = '';
    foreach (str_split($raw, 32) as $half) {
        $number = ltrim($half, "\x00");
        if ($number === '' || ord($number[0]) > 0x7f) {
            $number = "\x00$number";
        }
        $integers .= "\x02" . chr(strlen($number)) . $number;
    }
    return "\x30" . chr(strlen($integers)) . $integers;
}
