// ccxt pro over the WebSocket API, unmodified: orders and questions.
import ccxt from 'ccxt';
import { address, assert, check, end, market } from './exchange.mjs';

const sockets = address.replace ('http', 'ws');
const e = new ccxt.pro.binance ({ apiKey: 'demo-alice', secret: 'demo-alice-secret', options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } } });
e.urls.test = {
    public: `${address}/api/v3`, private: `${address}/api/v3`, v1: `${address}/api/v1`,
    ws: { spot: `${sockets}/ws`, 'ws-api': { spot: `${sockets}/ws-api/v3` } },
};
e.setSandboxMode (true);
await e.loadHttpProxyAgent ();
await e.loadMarkets ();

const order = await check ('createOrderWs', async () => {
    const placed = await e.createOrderWs (market, 'limit', 'sell', 0.5, 60000, { newClientOrderId: 'ws-1' });
    assert.deepEqual ([placed.status, placed.amount, placed.price, placed.clientOrderId], ['open', 0.5, 60000, 'ws-1']);
    return placed;
});
await check ('createOrderWs market', async () => {
    const placed = await e.createOrderWs (market, 'market', 'sell', 0.5);
    assert.deepEqual ([placed.status, placed.filled], ['expired', 0]);
});
await check ('fetchOrderWs', async () => assert.equal ((await e.fetchOrderWs (order.id, market)).id, order.id));
await check ('fetchOpenOrdersWs', async () => assert.equal ((await e.fetchOpenOrdersWs (market)).length, 1));
// It leaves the parsing of balances undone; what it was told is whole.
await check ('fetchBalanceWs', async () => assert.deepEqual (
    (await e.fetchBalanceWs ()).info.balances.find (balance => balance.asset === 'BTC'), { asset: 'BTC', free: '9999.50000000', locked: '0.50000000' }));
await check ('fetchOHLCVWs', async () => assert.deepEqual (await e.fetchOHLCVWs (market, '1m'), []));
await check ('editOrderWs', async () => {
    const edited = await e.editOrderWs (order.id, market, 'limit', 'sell', 0.25, 61000, { newClientOrderId: 'ws-2' });
    assert.deepEqual ([edited.status, edited.amount, edited.price], ['open', 0.25, 61000]);
});
await check ('cancelOrderWs', async () => {
    const [open] = await e.fetchOpenOrdersWs (market);
    assert.equal ((await e.cancelOrderWs (open.id, market)).status, 'canceled');
});
await check ('cancelAllOrdersWs', async () => {
    await e.createOrderWs (market, 'limit', 'sell', 0.5, 60000);
    assert.equal ((await e.cancelAllOrdersWs (market)).length, 1);
});
await check ('fetchOrdersWs', async () => assert.ok ((await e.fetchOrdersWs (market)).length >= 4));
await check ('fetchMyTradesWs', async () => assert.deepEqual (await e.fetchMyTradesWs (market), []));
await check ('refused: duplicate name', () => assert.rejects (
    () => e.createOrderWs (market, 'limit', 'sell', 0.5, 60000, { newClientOrderId: 'ws-1' }), ccxt.InvalidOrder));
await check ('refused: too little money', () => assert.rejects (
    () => e.createOrderWs (market, 'limit', 'buy', 1000, 60000), ccxt.InsufficientFunds));
await e.close ();
end ();
