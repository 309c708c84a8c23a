// An OpenID provider for tests, on loopback: oidc-provider with the settings that the tests need.
//
// The first line on stdin holds the options as JSON: {"port": 0, "state": "FILE", "clients": [...]}.
// The script answers with {"issuer": "http://127.0.0.1:PORT"} when it is ready. The line "rotate" makes
// new signing keys, and the answer is {"keys": ["the new key IDs"]}. The end of stdin ends the script.
//
// The state file is optional. It holds everything that the provider remembers: a script that is started
// again with the file of one that was killed goes on where that one was.

import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Provider, errors } from 'oidc-provider';

console.info = console.error; // stdout is for answers

const accounts = {
  usr_alice: {
    email: 'alice@example.com', email_verified: true, name: 'Alice Adams', locale: 'fr-BE', nickname: 'Al',
  },
};

// The resource indicators of the APIs. Each is also the audience of the API's access tokens.
const apis = ['https://api.example.com/reports', 'https://api.example.com/invoices'];

let state = { cookieKeys: [randomUUID()], keys: [], entries: {} };
let stateFile;

// save replaces the state file in one step, so that no killed process leaves half of it.
function save() {
  if (!stateFile) return;
  writeFileSync(`${stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${stateFile}.new`, stateFile);
}

// Adapter stores codes, tokens, grants and sessions for oidc-provider, which checks their expiry itself.
class Adapter {
  constructor(model) { this.model = model; }

  key(id) { return `${this.model}:${id}`; }

  async upsert(id, payload) {
    state.entries[this.key(id)] = payload;
    save();
  }

  async find(id) { return state.entries[this.key(id)]; }

  async findByUid(uid) {
    return Object.entries(state.entries)
      .find(([key, payload]) => key.startsWith(`${this.model}:`) && payload.uid === uid)?.[1];
  }

  async consume(id) {
    state.entries[this.key(id)].consumed = Math.floor(Date.now() / 1000);
    save();
  }

  async destroy(id) {
    delete state.entries[this.key(id)];
    save();
  }

  async revokeByGrantId(grantId) {
    for (const [key, payload] of Object.entries(state.entries)) {
      if (payload.grantId === grantId) delete state.entries[key];
    }
    save();
  }
}

// newKeys makes a key of each type. None names its algorithm, so that the RSA key signs RS256 and
// PS256, and the Ed25519 key signs EdDSA and Ed25519.
function newKeys() {
  const types = [['rsa', { modulusLength: 2048 }], ['ec', { namedCurve: 'P-256' }], ['ed25519', {}]];
  return types.map(([type, options]) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
    use: 'sig',
    kid: randomUUID(),
  }));
}

// rotate makes new signing keys. The previous ones stay published, older ones do not.
function rotate() {
  state.keys = [newKeys(), ...state.keys].slice(0, 2);
  save();
}

// newProvider returns a provider that signs with the newest keys: oidc-provider reads its keys once.
function newProvider(issuer, clients) {
  const provider = new Provider(issuer, {
    adapter: Adapter,
    clients,
    cookies: { keys: state.cookieKeys },
    jwks: { keys: state.keys.flat() },
    scopes: ['openid', 'offline_access', 'reports:read'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'locale', 'nickname'] },
    findAccount: (ctx, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 600, ClientCredentials: 600, AuthorizationCode: 60, IdToken: 3600, Interaction: 600,
      RefreshToken: 86400, Session: 86400, Grant: 86400,
    },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource, client) => {
          if (!apis.includes(resource)) throw new errors.InvalidTarget();
          return {
            audience: resource, scope: 'reports:read', accessTokenFormat: 'jwt',
            jwt: { sign: { alg: client.idTokenSignedResponseAlg } },
          };
        },
      },
    },
  });
  // What the provider refused and why: the tests print it when they fail.
  for (const event of ['authorization', 'grant', 'introspection', 'revocation', 'userinfo', 'end_session']) {
    provider.on(`${event}.error`, (ctx, error) => {
      console.error(`${event}: ${error.message}: ${error.error_detail}`);
    });
  }
  provider.on('server_error', (ctx, error) => console.error(error));
  return provider;
}

const answer = (value) => console.log(JSON.stringify(value));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { port, state: file, clients } = JSON.parse((await lines.next()).value);
stateFile = file;
if (stateFile && existsSync(stateFile)) state = JSON.parse(readFileSync(stateFile));
else rotate();

let handler;
const server = createServer((request, response) => handler(request, response));
await new Promise((resolve, reject) => { server.on('error', reject).listen(port, '127.0.0.1', resolve); });
const issuer = `http://127.0.0.1:${server.address().port}`;
handler = newProvider(issuer, clients).callback();
answer({ issuer });

for await (const line of lines) {
  if (line !== 'rotate') throw new Error(`unknown command: ${line}`);
  rotate();
  handler = newProvider(issuer, clients).callback();
  answer({ keys: state.keys[0].map((key) => key.kid) });
}
process.exit(0);
