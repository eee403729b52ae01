// oidc-provider's device grant, memory adapter, with its own pages for development: what a person there
// does instead of presenting a credential is to press two buttons. usage: node oidc_provider.mjs PORT
import Provider from "oidc-provider";

const port = Number(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "tv",
    token_endpoint_auth_method: "none",
    application_type: "native",
    grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
    redirect_uris: [],
    response_types: [],
  }],
  scopes: ["basic"],
  cookies: { keys: ["not a secret"] },
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  ttl: { DeviceCode: 600, AccessToken: 3600, IdToken: 3600, Session: 3600, Grant: 3600, Interaction: 3600 },
});
provider.listen(port, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${port}`));
