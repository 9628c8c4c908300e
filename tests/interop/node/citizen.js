// A citizen and a browser without scripts: keeps cookies, reads forms, follows what it is told.

const MOST_PAGES = 20; // more than any way through the provider has

const UNESCAPED = { amp: '&', lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'" };

export class Citizen {
  #cookies = new Map();
  #issuer;
  #person;

  constructor(issuer, person) {
    this.#issuer = issuer;
    this.#person = person;
  }

  /** Goes to `url` and does what the pages ask for; the request with which the portal is reached. */
  async visit(url) {
    let page = await this.#open(new Request(url));
    for (let seen = 0; seen < MOST_PAGES; seen += 1) {
      if (page.away) return page.away;
      page = await this.#open(this.#next(page));
    }
    throw new Error(`no way out of ${page.url}`);
  }

  /** What stands at the end of `url`, after the provider's own redirects and Refresh headers. */
  async read(url) {
    return this.#open(new Request(url));
  }

  /** Sends the only form of `page`. */
  async agree(page) {
    return this.#open(this.#form(page, {}));
  }

  #next(page) {
    const path = new URL(page.url).pathname;
    switch (path) {
      case '/choose':
        return this.#link(page, 'choose-portal-account');
      case '/login':
        return this.#form(page, {
          username: this.#person.username,
          password: this.#person.password,
        });
      case '/otp':
        return this.#form(page, { otp: this.#person.otp });
      case '/consent':
        return this.#form(page, { decision: 'allow' });
      default:
        return this.#on(page);
    }
  }

  /** Back to the portal, from the last page: by its link, or by the form that it posts. */
  #on(page) {
    const link = /<a [^>]*\bid="continue"[^>]*>/.exec(page.html);
    if (link) return new Request(new URL(attribute(link[0], 'href'), page.url));
    if (page.html.includes('id="form-post"')) return this.#form(page, {});
    throw new Error(`${page.status} ${page.url}\n${page.html}`);
  }

  #link(page, id) {
    const [link] = new RegExp(`<a [^>]*\\bid="${id}"[^>]*>`).exec(page.html) ?? [];
    if (!link) throw new Error(`no ${id}: ${page.status} ${page.url}\n${page.html}`);
    return new Request(new URL(attribute(link, 'href'), page.url));
  }

  #form(page, typed) {
    const [, opening, content] = /(<form\b[^>]*>)([^]*?)<\/form>/.exec(page.html) ?? [];
    if (!opening) throw new Error(`no form: ${page.status} ${page.url}\n${page.html}`);
    const fields = new URLSearchParams();
    for (const [input] of content.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
      fields.set(attribute(input, 'name'), attribute(input, 'value') ?? '');
    }
    for (const [name, value] of Object.entries(typed)) fields.set(name, value);
    const target = new URL(attribute(opening, 'action') || page.url, page.url);
    return new Request(target, { method: 'POST', body: fields });
  }

  async #open(request) {
    for (let hops = 0; hops < MOST_PAGES; hops += 1) {
      if (new URL(request.url).origin !== new URL(this.#issuer).origin) return { away: request };
      const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`);
      if (cookies.length) request.headers.set('cookie', cookies.join('; '));
      const response = await fetch(request, { redirect: 'manual' });
      this.#keep(response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (!location) {
        return { url: request.url, status: response.status, html: await response.text() };
      }
      await response.body?.cancel();
      request = new Request(new URL(location, request.url));
    }
    throw new Error(`redirects without end at ${request.url}`);
  }

  #keep(headers) {
    for (const header of headers) {
      const [pair, ...attributes] = header.split(';');
      const name = pair.slice(0, pair.indexOf('=')).trim();
      const gone = attributes.some((one) => /^\s*max-age=0$/i.test(one));
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, pair.slice(pair.indexOf('=') + 1));
    }
  }
}

function attribute(tag, name) {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag);
  return found?.[1].replace(/&(#?\w+);/g, (whole, entity) => UNESCAPED[entity] ?? whole);
}
