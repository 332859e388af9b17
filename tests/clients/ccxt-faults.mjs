// ccxt over REST and WebSocket, unmodified, against the faults of an admin port: what it makes of each of them.
import ccxt from 'ccxt';
import { address, assert, check, end, market, symbol, until } from './exchange.mjs';

const admin = `${process.argv[3]}/api/qc/v1/sim`;
const sockets = address.replace ('http', 'ws');

async function trader (apiKey, options = {}) {
    const e = new ccxt.pro.binance ({ apiKey, secret: `${apiKey}-secret`, options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } }, ...options });
    e.urls.test = {
        public: `${address}/api/v3`, private: `${address}/api/v3`, v1: `${address}/api/v1`, sapi: `${address}/sapi/v1`,
        ws: { spot: `${sockets}/ws`, 'ws-api': { spot: `${sockets}/ws-api/v3` } },
    };
    e.setSandboxMode (true);
    await e.loadHttpProxyAgent ();
    await e.loadMarkets ();
    return e;
}

async function shape (path, body) {
    const answer = await fetch (`${admin}/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify (body) });
    assert.equal (answer.status, 200, await answer.clone ().text ());
    return answer.json ();
}

const fault = async of => (await shape ('faults', of)).faults.at (-1).id;
const fired = async id => (await (await fetch (admin)).json ()).fired.filter (one => one.fault === id).length > 0;
const happened = id => until (`fault ${id}`, () => fired (id));

const [alice, bob] = [await trader ('demo-alice'), await trader ('demo-bob')];
const named = name => ({ newClientOrderId: name });
const sell = (e, name, price = 60000) => e.createOrder (market, 'limit', 'sell', 0.1, price, named (name));

// It has no class of its own for that; the number tells that nothing was done.
const isOverloaded = error => error instanceof ccxt.ExchangeError && error.message.includes ('-1008');
const isThere = async (e, name) => (await e.fetchOpenOrders (market)).some (order => order.clientOrderId === name);

await check ('reject: ExchangeError -1008, nothing is there, and again it is placed', async () => {
    const id = await fault ({ kind: 'reject', key: 'demo-alice', symbol });
    await assert.rejects (() => sell (alice, 'r-1'), isOverloaded);
    assert.ok (await fired (id));
    assert.equal (await isThere (alice, 'r-1'), false);
    assert.equal ((await sell (alice, 'r-1')).status, 'open');
});
await check ('timeout: RequestTimeout, the order is there, and again it is a duplicate', async () => {
    const id = await fault ({ kind: 'timeout', key: 'demo-alice', symbol });
    alice.timeout = 2000;
    await assert.rejects (() => sell (alice, 't-1'), ccxt.RequestTimeout);
    alice.timeout = 10000;
    assert.ok (await fired (id));
    assert.ok (await isThere (alice, 't-1'));
    await assert.rejects (() => sell (alice, 't-1'), ccxt.InvalidOrder);
});
await check ('drop: NetworkError, nothing is there', async () => {
    const id = await fault ({ kind: 'drop', key: 'demo-alice', symbol });
    await assert.rejects (() => sell (alice, 'd-1'), ccxt.NetworkError);
    assert.ok (await fired (id));
    assert.equal (await isThere (alice, 'd-1'), false);
});
await check ('delay: RequestTimeout when it is longer than the patience, nothing is there', async () => {
    const id = await fault ({ kind: 'delay', key: 'demo-alice', symbol, millis: 600000 });
    alice.timeout = 1000;
    await assert.rejects (() => sell (alice, 'l-1'), ccxt.RequestTimeout);
    alice.timeout = 10000;
    assert.ok (await fired (id));
    assert.equal (await isThere (alice, 'l-1'), false);
});
await check ('a fault of one key does not meet another', async () => {
    const id = await fault ({ kind: 'reject', key: 'demo-bob' });
    assert.equal ((await sell (alice, 'k-1')).status, 'open');
    assert.equal (await fired (id), false);
    await assert.rejects (() => sell (bob, 'k-2'), isOverloaded);
});
await check ('skew: InvalidNonce, until the clocks are compared', async () => {
    await shape ('skew', { millis: 60000 });
    await assert.rejects (() => sell (alice, 's-1'), ccxt.InvalidNonce);
    assert.ok (Math.abs (await alice.fetchTime () - Date.now () - 60000) < 5000);
    await alice.loadTimeDifference ();
    alice.options.adjustForTimeDifference = true;
    assert.equal ((await sell (alice, 's-1')).status, 'open');
    await shape ('skew', { millis: 0 });
    alice.options.adjustForTimeDifference = false;
    alice.options.timeDifference = 0;
});
await check ('skew of one key: its client alone, until it asks for the time under its key', async () => {
    const { id } = (await shape ('skew', { millis: 60000, key: 'demo-alice' })).clocks.at (-1);
    assert.equal ((await sell (bob, 's-2')).status, 'open');
    assert.equal (await fired (id), false);
    await assert.rejects (() => sell (alice, 's-3'), ccxt.InvalidNonce);
    assert.ok (await fired (id));
    // ccxt asks for the time without a key, and is told the right one: that helps nothing.
    await alice.loadTimeDifference ();
    alice.options.adjustForTimeDifference = true;
    await assert.rejects (() => sell (alice, 's-3'), ccxt.InvalidNonce);
    alice.headers = { 'X-MBX-APIKEY': 'demo-alice' };
    await alice.loadTimeDifference ();
    alice.headers = {};
    assert.equal ((await sell (alice, 's-3')).status, 'open');
    assert.equal ((await shape ('skew', { millis: 0, key: 'demo-alice' })).clocks.length, 0);
    alice.options.adjustForTimeDifference = false;
    alice.options.timeDifference = 0;
    assert.equal ((await sell (alice, 's-4')).status, 'open');
});

/** Watches until the book is what the exchange says; the errors on the way. */
async function follow (watch, isSo) {
    const errors = [];
    for (let i = 0; i < 200 && !await isSo (); i++) {
        try {
            await watch ();
        } catch (error) {
            errors.push (error);
        }
    }
    assert.ok (await isSo (), 'it never was so');
    return errors;
}

const asks = book => Array.from (book.asks, level => [...level]);
for (const [kind, expected] of [['skip', ccxt.InvalidNonce], ['duplicate', undefined], ['drop', ccxt.NetworkError], ['delay', undefined]]) {
    await check (`stream, ${kind}: ${expected?.name ?? 'no error'}, and the book is right again`, async () => {
        // Its promise is of what comes next: what the check before has left may have come already.
        const ready = alice.watchOrderBook (market);
        await sell (bob, `${kind}-0`, 60999);
        await ready;
        const id = await fault ({ kind, on: 'stream', symbol, ...(kind === 'delay' ? { millis: 300 } : {}) });
        const watched = alice.watchOrderBook (market).catch (error => error);
        const placed = [await sell (bob, `${kind}-1`, 61000)];
        await happened (id);
        placed.push (await sell (bob, `${kind}-2`, 61001));
        const first = await watched;
        const truth = asks (await bob.fetchOrderBook (market));
        let further = 0;
        const errors = await follow (() => {
            // Something to be told of, for who has missed what was told.
            further++;
            sell (bob, `${kind}-w${further}`, 61002).then (order => placed.push (order));
            return alice.watchOrderBook (market);
        }, async () => JSON.stringify (asks (alice.orderbooks[market] ?? { asks: [] }).slice (0, truth.length)) === JSON.stringify (truth));
        if (first instanceof Error) {
            errors.unshift (first);
        }
        if (expected === undefined) {
            assert.deepEqual (errors, []);
        } else {
            assert.ok (errors.length > 0 && errors.every (error => error instanceof expected), errors.map (error => error.constructor.name).join ());
        }
        await bob.cancelAllOrders (market);
    });
}
await check ('stream of the WebSocket API: the key of a message is whose it is', async () => {
    const id = await fault ({ kind: 'drop', on: 'stream', key: 'demo-alice' });
    await assert.rejects (() => alice.createOrderWs (market, 'limit', 'sell', 0.1, 62000, named ('w-1')), ccxt.NetworkError);
    assert.ok (await fired (id));
    // It was done: what was cut is the answer.
    await until ('its order', () => isThere (alice, 'w-1'));
});
await alice.close ();
end ();
