// ccxt pro, unmodified: what happens to an account, as it happens.
import { address, assert, check, end, market, until } from './exchange.mjs';
import { Listening } from './listening.mjs';

const sockets = address.replace ('http', 'ws');

async function trader (apiKey) {
    const e = new Listening ({ apiKey, secret: `${apiKey}-secret`, options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } } });
    e.urls.test = {
        public: `${address}/api/v3`, private: `${address}/api/v3`, v1: `${address}/api/v1`,
        ws: { spot: `${sockets}/ws`, 'ws-api': { spot: `${sockets}/ws-api/v3` } },
    };
    e.setSandboxMode (true);
    await e.loadHttpProxyAgent ();
    await e.loadMarkets ();
    return e;
}

const [alice, bob] = [await trader ('demo-alice'), await trader ('demo-bob')];
const orders = [];
const trades = [];
let balance;
let watching = true;
const follow = async (watch, take) => {
    while (watching) {
        take (await watch ());
    }
};
const ended = error => { if (watching) { console.log (`FAILED to follow: ${error}`); process.exit (1); } };
follow (() => alice.watchOrders (), found => orders.push (...found)).catch (ended);
follow (() => alice.watchMyTrades (), found => trades.push (...found)).catch (ended);
follow (() => alice.watchBalance (), found => { balance = found; }).catch (ended);
await alice.followed ();
const seen = (name, status) => until (`${name} ${status}`, () => orders.find (order => order.clientOrderId === name && order.status === status && order));

await check ('watchOrders: a new order', async () => {
    await alice.createOrder (market, 'limit', 'sell', 0.5, 60000, { newClientOrderId: 'a-1' });
    const order = await seen ('a-1', 'open');
    assert.deepEqual ([order.side, order.amount, order.price, order.filled], ['sell', 0.5, 60000, 0]);
});
await check ('watchBalance: held', async () => {
    await until ('the hold', () => balance?.BTC?.used === 0.5);
    assert.equal (balance.BTC.free, 9999.5);
});
await check ('watchMyTrades: the resting side', async () => {
    await bob.createOrder (market, 'market', 'buy', 0.2);
    const trade = await until ('a trade', () => trades[0]);
    assert.deepEqual ([trade.price, trade.amount, trade.side, trade.takerOrMaker, trade.fee.cost, trade.fee.currency], [60000, 0.2, 'sell', 'maker', 12, 'USDT']);
    const order = await until ('its order', () => orders.find (order => order.clientOrderId === 'a-1' && order.filled === 0.2));
    assert.deepEqual ([order.status, order.remaining, order.cost], ['open', 0.3, 12000]);
});
await check ('watchBalance: traded', async () => {
    // 0.2 at 60,000.00 less 0.1 per cent.
    await until ('the money', () => balance?.USDT?.total === 1011988);
    assert.deepEqual ([balance.BTC.total, balance.BTC.used], [9999.8, 0.3]);
});
await check ('watchOrders: cancelled', async () => {
    await alice.cancelOrder (orders[0].id, market);
    assert.equal ((await seen ('a-1', 'canceled')).filled, 0.2);
    await until ('nothing held', () => balance.BTC.used === 0);
});
await check ('watchOrders: filled at once, and expired', async () => {
    await bob.createOrder (market, 'limit', 'sell', 0.1, 60000);
    await alice.createOrder (market, 'limit', 'buy', 0.3, 60000, { newClientOrderId: 'a-2', timeInForce: 'IOC' });
    assert.equal ((await seen ('a-2', 'expired')).filled, 0.1);
    assert.equal (trades.at (-1).takerOrMaker, 'taker');
});
await check ('watchOrders: a stop that is triggered, by cost', async () => {
    await alice.createOrder (market, 'market', 'sell', 0.1, undefined, { stopLossPrice: 59000, newClientOrderId: 'a-3' });
    await seen ('a-3', 'open');
    await bob.createOrder (market, 'limit', 'buy', 1, 59000);
    await bob.createOrder (market, 'limit', 'sell', 0.5, 59000, { selfTradePreventionMode: 'NONE' });
    assert.deepEqual ([(await seen ('a-3', 'closed')).filled], [0.1]);
    await bob.createOrder (market, 'limit', 'sell', 1, 61000);
    await alice.createOrder (market, 'market', 'buy', undefined, undefined, { quoteOrderQty: 610, newClientOrderId: 'a-4' });
    assert.deepEqual ([(await seen ('a-4', 'closed')).filled, (await seen ('a-4', 'closed')).cost], [0.01, 610]);
});
await check ('nothing twice, nothing missing', async () => {
    const told = await alice.fetchMyTrades (market);
    await until ('all trades', () => trades.length === told.length);
    assert.deepEqual (trades.map (trade => trade.id), told.map (trade => trade.id));
    const now = await alice.fetchBalance ();
    await until ('the balance', () => balance.USDT.total === now.USDT.total && balance.BTC.total === now.BTC.total);
});
watching = false;
await alice.close ();
end ();
