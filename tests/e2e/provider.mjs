// An authorization server that is not ours, and behind it the sandbox's API for those it has given a token.
//
// It keeps to the strict side of the standards: the code wants its PKCE verifier, the secret comes in the body, and a
// refresh token that is used twice ends the whole grant.
import { createServer, request } from 'node:http';
import Provider from 'oidc-provider';

const { client_id, client_secret, redirect_uri, scope, sandbox, sandbox_token } = JSON.parse(process.argv[2]);

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id,
    client_secret,
    redirect_uris: [redirect_uri],
    application_type: 'native',
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
  }],
  clientAuthMethods: ['client_secret_post'],
  cookies: { keys: ['of a test'] },
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  // The paths that Outreach has.
  routes: { authorization: '/oauth/authorize', token: '/oauth/token' },
  rotateRefreshToken: true,
  scopes: scope.split(' '),
});
provider.on('grant.success', (ctx) => console.log(`granted by ${ctx.oidc.params.grant_type}`));
provider.on('grant.error', (ctx, error) => console.log(`refused: ${error.error} ${error.error_detail}`));
provider.on('grant.revoked', () => console.log('revoked'));

async function api(incoming, outgoing) {
  const [, presented] = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '') ?? [];
  const token = presented && await provider.AccessToken.find(presented);
  if (!token?.isValid) {
    outgoing.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_token"}');
    return;
  }
  // The host stays, so that links lead back here.
  const headers = { ...incoming.headers, authorization: `Bearer ${sandbox_token}` };
  const onward = request(`${sandbox}${incoming.url}`, { method: incoming.method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

const oauth = provider.callback();
server.on('request', (incoming, outgoing) => {
  (incoming.url.startsWith('/api/') ? api : oauth)(incoming, outgoing);
});
console.log(`listening at ${issuer}`);
