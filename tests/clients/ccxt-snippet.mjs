// The ccxt program that the terminal shows beside a new key, with its values: a person signs up, makes keys and trades.
import ccxt from 'ccxt';
import { generateKeyPairSync } from 'node:crypto';
import { address, assert, check, end } from './exchange.mjs';

const call = async (method, path, body, headers = {}) => {
    const response = await fetch (`${address}/api/qc/v1/${path}`, { method, body: body && JSON.stringify (body), headers: { 'content-type': 'application/json', ...headers } });
    assert.ok (response.ok, `${path}: ${response.status}`);
    return await response.json ();
};
// The page's own script makes the text.
const script = await (await fetch (`${address}/js/snippets.js`)).text ();
const { snippets } = await import (`data:text/javascript,${encodeURIComponent (script)}`);
const { token } = await call ('POST', 'users', { name: 'peggy', password: 'correct horse battery', bearer: true });
const authorization = { authorization: `Bearer ${token}` };
const held = (text, pattern) => pattern.exec (text)[1];

async function trades (key, secret) {
    const [{ text }] = snippets ({ address, key, secret, symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT', quantity: '0.01' });
    const at = held (text, /address = '([^']+)'/);
    const e = new ccxt.binance ({
        apiKey: held (text, /'apiKey': '([^']+)'/), secret: held (text, /'secret': '+([^']+)'/), options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
    });
    e.urls.test = Object.fromEntries ([...text.matchAll (/'(public|private|v1|sapi)': address \+ '([^']+)'/g)].map (([, name, path]) => [name, at + path]));
    e.setSandboxMode (true);
    const [, market, type, side, amount] = /create_order\('([^']+)', '(\w+)', '(\w+)', ([\d.]+)\)/.exec (text);
    const order = await e.createOrder (market, type, side, Number (amount));
    assert.deepEqual ([order.status, order.filled], ['closed', 0.01]);
}

// Something to buy.
await call ('POST', 'orders', { symbol: 'BTCUSDT', side: 'sell', price: '50000.00', quantity: '1' }, { 'x-api-key': 'demo-bob' });
await check ('HMAC', async () => {
    const { apiKey, secret } = await call ('POST', 'keys', { signing: 'hmac' }, authorization);
    await trades (apiKey, secret);
});
await check ('Ed25519', async () => {
    const pair = generateKeyPairSync ('ed25519');
    const { apiKey } = await call ('POST', 'keys', { signing: 'ed25519', publicKey: pair.publicKey.export ({ type: 'spki', format: 'pem' }) }, authorization);
    await trades (apiKey, pair.privateKey.export ({ type: 'pkcs8', format: 'pem' }).trim ());
});
end ();
