// ccxt over REST, unmodified, in the configuration of docs/binance-compatibility.md.
import ccxt from 'ccxt';
import { address, assert, check, end, market, until } from './exchange.mjs';

function trader (apiKey, secret = `${apiKey}-secret`) {
    const e = new ccxt.binance ({ apiKey, secret, options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } } });
    e.urls.test = { public: `${address}/api/v3`, private: `${address}/api/v3`, v1: `${address}/api/v1`, sapi: `${address}/sapi/v1` };
    e.setSandboxMode (true);
    return e;
}

const alice = trader ('demo-alice');
const bob = trader ('demo-bob');
const named = name => ({ newClientOrderId: name });

await check ('loadMarkets', async () => {
    const markets = await alice.loadMarkets ();
    await bob.loadMarkets ();
    const m = markets[market];
    assert.deepEqual ([m.active, m.spot, m.base, m.quote], [true, true, 'BTC', 'USDT']);
    assert.deepEqual ([m.precision.price, m.precision.amount], [0.01, 0.00001]);
    assert.equal (m.limits.cost.min, 5);
});
await check ('fetchTime', async () => assert.ok (Math.abs (await alice.fetchTime () - Date.now ()) < 5000));
await check ('fetchStatus', async () => assert.equal ((await alice.fetchStatus ()).status, 'ok'));
await check ('fetchTradingFee', async () => assert.equal ((await alice.fetchTradingFee (market)).taker, 0.001));
await check ('fetchBalance', async () => {
    const balance = await alice.fetchBalance ();
    assert.deepEqual ([balance.USDT.total, balance.BTC.total], [1000000, 10000]);
});

// A book that is this script's own: nobody else quotes here.
await check ('fetchOrderBook of an empty book', async () => {
    const book = await alice.fetchOrderBook (market);
    assert.deepEqual ([book.bids, book.asks], [[], []]);
});
const resting = await check ('createOrder limit rests', async () => {
    const order = await alice.createOrder (market, 'limit', 'sell', 0.5, 60000, named ('rest-1'));
    assert.deepEqual (
        [order.status, order.amount, order.filled, order.remaining, order.price, order.clientOrderId, order.timeInForce],
        ['open', 0.5, 0, 0.5, 60000, 'rest-1', 'GTC']);
    return order;
});
await check ('fetchOrderBook', async () => {
    const book = await alice.fetchOrderBook (market, 5);
    assert.deepEqual (book.asks, [[60000, 0.5]]);
    assert.ok (book.nonce > 0);
});
await check ('fetchBidsAsks', async () => assert.equal ((await alice.fetchBidsAsks ([market]))[market].ask, 60000));
const bought = await check ('createOrder market', async () => {
    const order = await bob.createOrder (market, 'market', 'buy', 0.1);
    assert.deepEqual ([order.status, order.filled, order.cost, order.average], ['closed', 0.1, 6000, 60000]);
    assert.deepEqual (order.fees ?? [order.fee], [{ currency: 'USDT', cost: 6 }]);
    return order;
});
await check ('createOrder market by cost', async () => {
    const order = await bob.createMarketBuyOrderWithCost (market, 600);
    assert.deepEqual ([order.status, order.filled, order.cost], ['closed', 0.01, 600]);
});
await check ('fetchOrder of the resting side', async () => {
    const order = await until ('its fills', async () => {
        const now = await alice.fetchOrder (resting.id, market);
        return now.filled === 0.11 ? now : undefined;
    });
    assert.deepEqual ([order.status, order.cost, order.average], ['open', 6600, 60000]);
});
await check ('fetchOrder by name', async () => {
    const order = await alice.fetchOrder (undefined, market, { origClientOrderId: 'rest-1' });
    assert.equal (order.id, resting.id);
});
await check ('immediate or cancel', async () => {
    const order = await bob.createOrder (market, 'limit', 'buy', 1, 59000, { timeInForce: 'IOC' });
    assert.deepEqual ([order.status, order.filled], ['expired', 0]);
});
await check ('fill or kill', async () => {
    const order = await bob.createOrder (market, 'limit', 'buy', 1, 60000, { timeInForce: 'FOK' });
    assert.deepEqual ([order.status, order.filled], ['expired', 0]);
});
await check ('post only', async () => {
    const order = await bob.createOrder (market, 'limit', 'buy', 0.2, 59000, { postOnly: true });
    assert.deepEqual ([order.status, order.postOnly], ['open', true]);
    assert.equal ((await bob.fetchOpenOrders (market)).length, 1);
    assert.equal ((await bob.cancelOrder (order.id, market)).status, 'canceled');
});
for (const [name, type, params, kind] of [
    ['stop market', 'market', { stopLossPrice: 50000 }, 'STOP_LOSS'],
    ['stop limit', 'limit', { stopLossPrice: 50000 }, 'STOP_LOSS_LIMIT'],
    ['take profit limit', 'limit', { takeProfitPrice: 70000 }, 'TAKE_PROFIT_LIMIT'],
    ['take profit market', 'market', { takeProfitPrice: 70000 }, 'TAKE_PROFIT'],
    ['trailing', 'market', { trailingPercent: 1, stopLossOrTakeProfit: 'stopLoss' }, 'STOP_LOSS'],
]) {
    await check (name, async () => {
        const price = type === 'limit' ? (params.takeProfitPrice ?? 49000) : undefined;
        const order = await alice.createOrder (market, type, 'sell', 0.01, price, params);
        const shown = await alice.fetchOrder (order.id, market);
        assert.equal (shown.info.type, kind);
        assert.equal (shown.status, 'open');
        await alice.cancelOrder (order.id, market);
        assert.equal ((await alice.fetchOrder (order.id, market)).status, 'canceled');
    });
}
await check ('iceberg', async () => {
    const order = await alice.createOrder (market, 'limit', 'sell', 1, 61000, { icebergQty: '0.25' });
    assert.equal ((await alice.fetchOrder (order.id, market)).info.icebergQty, '0.25000000');
    assert.deepEqual ((await alice.fetchOrderBook (market)).asks[1], [61000, 0.25]);
    await alice.cancelOrder (order.id, market);
});
await check ('order test', async () => {
    await alice.createOrder (market, 'limit', 'sell', 1, 61000, { test: true });
    assert.equal ((await alice.fetchOpenOrders (market)).length, 1);
});
await check ('editOrder', async () => {
    const edited = await alice.editOrder (resting.id, market, 'limit', 'sell', 0.3, 60500, named ('rest-2'));
    assert.deepEqual ([edited.status, edited.amount, edited.price], ['open', 0.3, 60500]);
    assert.equal ((await alice.fetchOrder (resting.id, market)).status, 'canceled');
});
await check ('fetchOpenOrders and cancelAllOrders', async () => {
    await alice.createOrder (market, 'limit', 'sell', 0.1, 62000);
    assert.deepEqual ((await alice.fetchOpenOrders (market)).map (order => order.price), [60500, 62000]);
    assert.equal ((await alice.cancelAllOrders (market)).length, 2);
    assert.equal ((await alice.fetchOpenOrders (market)).length, 0);
    assert.equal ((await alice.fetchBalance ()).BTC.used, 0);
});
await check ('fetchOrders and fetchClosedOrders', async () => {
    const orders = await alice.fetchOrders (market);
    assert.ok (orders.length >= 9);
    assert.equal (orders[0].id, resting.id);
    assert.equal ((await bob.fetchClosedOrders (market)).filter (order => order.status === 'closed').length, 2);
});
await check ('fetchMyTrades and fetchOrderTrades', async () => {
    const trades = await alice.fetchMyTrades (market);
    assert.deepEqual (trades.map (trade => [trade.takerOrMaker, trade.side, trade.amount, trade.price]), [
        ['maker', 'sell', 0.1, 60000], ['maker', 'sell', 0.01, 60000]]);
    const mine = await bob.fetchOrderTrades (bought.id, market);
    assert.deepEqual (mine.map (trade => [trade.takerOrMaker, trade.fee.cost, trade.order]), [['taker', 6, bought.id]]);
});
await check ('fetchTrades', async () => {
    const trades = await alice.fetchTrades (market);
    assert.deepEqual (trades.map (trade => [trade.price, trade.amount, trade.side]), [[60000, 0.1, 'buy'], [60000, 0.01, 'buy']]);
});
await check ('fetchOHLCV', async () => {
    const candles = await alice.fetchOHLCV (market, '1m', undefined, 2);
    assert.deepEqual (candles.at (-1).slice (1, 5), [60000, 60000, 60000, 60000]);
    assert.ok (candles.reduce ((sum, candle) => sum + candle[5], 0) > 0);
});
await check ('fetchOHLCV of a second', async () => {
    const [minutes, trades] = [await alice.fetchOHLCV (market, '1m'), await alice.fetchTrades (market)];
    const from = Math.floor (trades[0].timestamp / 1000) * 1000;
    const seconds = await alice.fetchOHLCV (market, '1s', from, 1000);
    assert.equal (seconds[0][0], from);
    assert.ok (seconds.every ((candle, i) => candle[0] === from + i * 1000));
    assert.equal (seconds.reduce ((sum, candle) => sum + candle[5], 0).toFixed (5), minutes.reduce ((sum, candle) => sum + candle[5], 0).toFixed (5));
    assert.equal (seconds.reduce ((sum, candle) => sum + candle[5], 0).toFixed (5), trades.reduce ((sum, trade) => sum + trade.amount, 0).toFixed (5));
    const newest = await alice.fetchOHLCV (market, '1s', undefined, 3);
    assert.ok (newest.length <= 3 && newest.at (-1)[0] >= trades.at (-1).timestamp - 1000 && newest.at (-1)[4] === 60000);
});
await check ('fetchTicker, fetchTickers, fetchLastPrices', async () => {
    const ticker = await alice.fetchTicker (market);
    assert.deepEqual ([ticker.last, ticker.open, ticker.baseVolume, ticker.quoteVolume], [60000, 60000, 0.11, 6600]);
    assert.equal ((await alice.fetchTickers ([market]))[market].last, 60000);
    assert.equal ((await alice.fetchLastPrices ())[market].price, 60000);
});

// Another market, so that what was counted above stays as it is.
await check ('createOrder market by a cost that is no whole number of lots', async () => {
    await alice.createOrder ('ETH/USDT', 'limit', 'sell', 1, 3000);
    // 0.0333 at 3,000 are 99.90: the rest pays for no lot.
    const order = await bob.createMarketBuyOrderWithCost ('ETH/USDT', 100);
    assert.deepEqual ([order.status, order.filled, order.cost], ['closed', 0.0333, 99.9]);
    assert.equal ((await bob.fetchOrder (order.id, 'ETH/USDT')).status, 'closed');
});
await check ('fetchOHLCV from long before the first trade', async () => {
    for (const length of ['1s', '1m']) {
        const candles = await until ('a candle', async () => {
            const found = await alice.fetchOHLCV ('ETH/USDT', length, Date.now () - 3600000, 3);
            return found.length > 0 && found;
        });
        assert.deepEqual (candles[0].slice (1), [3000, 3000, 3000, 3000, 0.0333]);
    }
});
await check ('fetchTicker of the trading day', async () => {
    const day = await alice.publicGetTickerTradingDay ({ symbol: 'ETHUSDT' });
    assert.deepEqual ([day.lastPrice, day.volume, Number (day.count)], ['3000.00000000', '0.03330000', 1]);
    assert.equal (day.closeTime - day.openTime, 86399999);
});

// Refusals have the classes that programs look for.
for (const [name, kind, run] of [
    ['duplicate name', ccxt.InvalidOrder, () => alice.createOrder (market, 'limit', 'sell', 0.5, 60000, named ('rest-1'))],
    ['too little money', ccxt.InsufficientFunds, () => bob.createOrder (market, 'limit', 'buy', 1000, 60000)],
    ['nothing to sell', ccxt.InsufficientFunds, () => bob.createOrder (market, 'limit', 'sell', 9000, 70000).then (() => bob.createOrder (market, 'limit', 'sell', 9000, 70000))],
    ['post only that would take', ccxt.OrderImmediatelyFillable, () => alice.createOrder (market, 'limit', 'buy', 0.1, 80000, { postOnly: true })],
    ['unknown order', ccxt.OrderNotFound, () => alice.cancelOrder ('999999', market)],
    ['order that is done', ccxt.OrderNotFound, () => alice.cancelOrder (resting.id, market)],
    ['order that never was', ccxt.OrderNotFound, () => alice.fetchOrder ('999999', market)],
    ['off the tick', ccxt.InvalidOrder, () => alice.privatePostOrder ({ symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '60000.005' })],
    ['off the lot', ccxt.InvalidOrder, () => alice.privatePostOrder ({ symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.000001', price: '60000' })],
    ['too precise', ccxt.BadRequest, () => alice.privatePostOrder ({ symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '60000.123456789' })],
    ['unknown symbol', ccxt.BadSymbol, () => alice.publicGetDepth ({ symbol: 'NOPE' })],
    ['wrong secret', ccxt.AuthenticationError, () => trader ('demo-alice', 'wrong').fetchBalance ()],
    ['unknown key', ccxt.AuthenticationError, () => trader ('nobody').fetchBalance ()],
    ['old request', ccxt.InvalidNonce, () => alice.privateGetAccount ({ timestamp: Date.now () - 70000 })],
]) {
    await check (`refused: ${name}`, () => assert.rejects (run, error => {
        assert.equal (error.constructor.name, kind.name, error.message);
        return true;
    }));
}
end ();
