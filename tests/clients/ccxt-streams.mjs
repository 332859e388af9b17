// ccxt pro over WebSocket, unmodified: market data.
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
    return e;
}

const [alice, bob] = [await trader ('demo-alice'), await trader ('demo-bob')];
await alice.loadMarkets ();
const sell = (amount, price) => bob.createOrder (market, 'limit', 'sell', amount, price);

const levels = book => Array.from (book.asks, level => [...level]);

/** Watches and makes something happen once that is followed; what is seen first of what is looked for. */
async function seen (watch, happen, isIt = () => true, isNew = true) {
    const before = alice.confirmed.size;
    const first = watch ();
    await alice.followed (before + (isNew ? 1 : 0));
    await happen ();
    let found = await first;
    for (let i = 0; i < 100 && !isIt (found); i++) {
        found = await watch ();
    }
    assert.ok (isIt (found), JSON.stringify (found));
    return found;
}

await check ('watchOrderBook follows every change', async () => {
    await sell (1, 60000);
    const book = await seen (() => alice.watchOrderBook (market), () => sell (2, 60010), b => b.asks.length === 2);
    assert.deepEqual (levels (book), [[60000, 1], [60010, 2]]);
    // What is seen next is waited for all the time: a message that does not follow on the one before is an error here.
    let watching = true;
    const follow = (async () => {
        while (watching) {
            await alice.watchOrderBook (market);
        }
    }) ();
    for (let i = 0; i < 60; i++) {
        const order = await sell (0.001, 60100 + i);
        if (i % 2 === 0) {
            await bob.cancelOrder (order.id, market);
        }
    }
    const expected = await bob.fetchOrderBook (market);
    watching = false;
    await Promise.race ([follow, until ('the same book', () => alice.orderbooks[market].nonce >= expected.nonce)]);
    await until ('the same book', () => alice.orderbooks[market].nonce >= expected.nonce);
    assert.deepEqual (levels (alice.orderbooks[market]), levels (expected));
});
await check ('watchTrades', async () => {
    const trades = await seen (() => alice.watchTrades (market), () => bob.createOrder (market, 'market', 'buy', 0.1));
    assert.deepEqual ([trades.at (-1).price, trades.at (-1).amount, trades.at (-1).side], [60000, 0.1, 'buy']);
});
await check ('watchOHLCV', async () => {
    const candles = await seen (() => alice.watchOHLCV (market, '1m'), () => bob.createOrder (market, 'market', 'buy', 0.2));
    assert.equal (candles.at (-1)[4], 60000);
    assert.ok (candles.at (-1)[5] > 0);
});
await check ('watchOHLCV of a second', async () => {
    // A second that is over is told as it ended, with all that was traded in it. What the checks before bought were tenths: the
    // hundredths tell this one, whatever else fell into its second.
    const isIt = candle => Math.round (candle[5] * 100) % 10 === 3;
    const candles = await seen (() => alice.watchOHLCV (market, '1s'), () => bob.createOrder (market, 'market', 'buy', 0.03), list => list.some (isIt));
    assert.deepEqual (candles.find (isIt).slice (1, 5), [60000, 60000, 60000, 60000]);
    assert.equal (candles.at (-1)[0] % 1000, 0);
});
await check ('watchTicker', async () => {
    const ticker = await seen (() => alice.watchTicker (market), () => bob.createOrder (market, 'market', 'buy', 0.01), t => t.last === 60000);
    assert.ok (ticker.baseVolume >= 0.3);
});
await check ('watchTickers', async () => assert.equal (
    // The stream of watchTicker.
    (await seen (() => alice.watchTickers ([market]), () => bob.createOrder (market, 'market', 'buy', 0.01), () => true, false))[market].last, 60000));
await check ('watchBidsAsks', async () => {
    const best = await seen (() => alice.watchBidsAsks ([market]), () => sell (0.5, 59990));
    assert.deepEqual ([best[market].ask, best[market].askVolume], [59990, 0.5]);
});
await alice.close ();
end ();
