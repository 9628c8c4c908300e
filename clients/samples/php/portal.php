<?php
// A portal in one file: plain PHP with its openssl extension. Copy it, and put your pages in place
// of these. Run by PHP's own server here; behind Apache or nginx it is the front controller.

declare(strict_types=1);

require __DIR__ . '/provider.php';

const LEVELS = ['LoA2', 'LoA3', 'LoA4']; // what the procedures need; every class above will do
const SESSION_SECONDS = 2 * 60 * 60; // after it the provider's session signs in silently
const PENDING = 20; // sign-ins that one browser may have open, in as many tabs
const BUTTON = <<<HTML
    <a class="dvcqg-sign-in" id="sign-in" href="/sign-in">Đăng nhập Cổng DVC Quốc gia</a>
    <p>Bạn sẽ được chuyển sang trang của Cổng Dịch vụ công Quốc gia.</p>
    HTML;

$portal = getenv('PORTAL_URL') ?: 'http://localhost:8413';
$secret = getenv('OIDC_CLIENT_SECRET') ?: exit('OIDC_CLIENT_SECRET is missing.');
$provider = new Provider(
    getenv('OIDC_ISSUER') ?: 'http://localhost:8400',
    getenv('OIDC_CLIENT_ID') ?: 'sample-php',
    $secret,
    "$portal/callback",
);

header('Cache-Control: no-store'); // else the back button shows the last citizen's page
// No form-action: browsers apply it to the redirects that follow a sign-out, too.
header("Content-Security-Policy: default-src 'none'; style-src 'self'; base-uri 'none'; "
    . "frame-ancestors 'none'");
header('Referrer-Policy: same-origin');
header('X-Content-Type-Options: nosniff');
header_remove('X-Powered-By');
session_start([
    'name' => 'sample_php', // cookies of one host are shared by its ports
    'cookie_httponly' => true,
    'cookie_samesite' => 'Lax',
    'cookie_secure' => str_starts_with($portal, 'https://'),
    'gc_maxlifetime' => 24 * 60 * 60, // somebody may enrol on the way
    'use_strict_mode' => true,
    'sid_length' => 48,
    'sid_bits_per_character' => 6,
]);
if (($_SESSION['citizen']['until'] ?? 0) < time()) {
    unset($_SESSION['citizen']);
}

try {
    $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    match ("{$_SERVER['REQUEST_METHOD']} $path") {
        'GET /' => home(),
        'GET /sign-in' => sign_in($provider),
        'GET /callback' => callback($provider),
        'POST /sign-out' => sign_out($provider, $portal),
        'GET /signed-out' => page(200, 'Bạn đã đăng xuất', BUTTON),
        'GET /sign-in-button.css' => style(),
        default => page(404, 'Không tìm thấy trang', '<p>Kiểm tra lại địa chỉ, hoặc về trang chính.</p>'),
    };
} catch (Refused | ProviderAway $failure) {
    error_log($failure::class . ' ' . $failure->getMessage()); // never the request: it holds the code
    problem($failure);
}

/** Asks the provider who this is, and for a class that will do. */
function sign_in(Provider $provider): void
{
    $state = random_text();
    $question = ['nonce' => random_text(), 'verifier' => random_text()];
    $_SESSION['questions'] = array_slice($_SESSION['questions'] ?? [], 1 - PENDING, null, true);
    $_SESSION['questions'][$state] = $question;
    redirect($provider->question($state, $question['nonce'], $question['verifier'], LEVELS));
}

/** Takes the provider's answer: once, in the browser that asked, and only if every check holds. */
function callback(Provider $provider): void
{
    $answer = parameters_once($_SERVER['QUERY_STRING'] ?? '');
    // Somebody else's answer, opened in this browser, would sign this citizen in as that person.
    $question = $_SESSION['questions'][$answer['state'] ?? ''] ?? throw new Refused('state');
    unset($_SESSION['questions'][$answer['state']]);
    [$claims, $user, $id_token] = $provider->redeem($answer, $question['nonce'], $question['verifier']);
    if (!in_array($claims['acr'] ?? null, LEVELS, true)) {
        throw new Refused('acr');
    }
    session_regenerate_id(true); // a name planted beforehand must not become a citizen's session
    // File your records under `sub`: it never changes. The access token is needed no longer.
    $_SESSION['citizen'] = [
        'sub' => $claims['sub'],
        'acr' => $claims['acr'],
        'name' => $user['name'] ?? '',
        'id_token' => $id_token,
        'csrf' => random_text(),
        'until' => time() + SESSION_SECONDS,
    ];
    redirect('/');
}

/** Ends the session here first, then the provider's. By POST: an image must not sign people out. */
function sign_out(Provider $provider, string $portal): void
{
    $citizen = $_SESSION['citizen'] ?? null;
    if ($citizen === null) {
        redirect('/');
        return;
    }
    $given = $_POST['csrf'] ?? '';
    if (!is_string($given) || !hash_equals($citizen['csrf'], $given)) {
        throw new Refused('csrf');
    }
    $_SESSION = [];
    session_regenerate_id(true);
    redirect($provider->leaving($citizen['id_token'], "$portal/signed-out", random_text()));
}

function home(): void
{
    $citizen = $_SESSION['citizen'] ?? null;
    if ($citizen === null) {
        page(200, 'Cổng mẫu', BUTTON);
        return;
    }
    [$name, $acr] = array_map('htmlspecialchars', [$citizen['name'], $citizen['acr']]);
    page(200, 'Cổng mẫu', <<<HTML
        <p>Xin chào <strong id="citizen-name">$name</strong>. Mức: <span id="acr">$acr</span>.</p>
        <form method="post" action="/sign-out"><input type="hidden" name="csrf" value="{$citizen['csrf']}">
        <button id="sign-out">Đăng xuất</button></form>
        HTML);
}

function style(): void
{
    header('Content-Type: text/css');
    readfile(__DIR__ . '/sign-in-button.css');
}

/** Tells `failure` in words. */
function problem(Refused|ProviderAway $failure): void
{
    $again = 'Chọn nút dưới đây để đăng nhập lại.';
    $too_low = [403, 'Cần mức xác minh cao hơn', 'Đăng nhập lại để xem cách nâng mức tài khoản.'];
    $stale = [400, 'Lần đăng nhập này không còn dùng được', $again];
    $away = [503, 'Cổng Dịch vụ công Quốc gia chưa trả lời', 'Thử lại sau ít phút.'];
    [$status, $heading, $text] = $failure instanceof ProviderAway ? $away : match ($failure->getMessage()) {
        'access_denied' => [403, 'Bạn đã huỷ đăng nhập', 'Không có thông tin nào được gửi tới cổng này.'],
        'unmet_authentication_requirements', 'acr' => $too_low,
        'server_error', 'temporarily_unavailable' => $away,
        'state', 'csrf' => $stale,
        default => [400, 'Chưa đăng nhập được', "Bạn không làm gì sai. $again"],
    };
    page($status, $heading, "<p>$text</p>\n" . BUTTON);
}

function page(int $status, string $heading, string $content): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    echo <<<HTML
        <!doctype html>
        <html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>$heading</title><link rel="stylesheet" href="/sign-in-button.css">
        <h1>$heading</h1>
        $content

        HTML;
}

function redirect(string $address): void
{
    header("Location: $address", true, 303);
}
