// A grid bot on ccxt: buys a step below, sells what it bought a step above, and so on.
//   npm install && node bot.mjs http://127.0.0.1:8080 demo-alice demo-alice-secret AAPL/USD 3
// The last argument is how many round trips it makes before it goes home; its orders are cancelled then, and at Ctrl+C.
import ccxt from 'ccxt';

const [address, apiKey, secret, market, rounds] = process.argv.slice (2);
if (!rounds) {
    console.error ('node bot.mjs ADDRESS KEY SECRET MARKET ROUNDS');
    process.exit (64);
}

const [levels, stepTicks, lots] = [4, 3, 10];
const sockets = address.replace ('http', 'ws');
const exchange = new ccxt.pro.binance ({ apiKey, secret, timeout: 5000, options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } } });
exchange.urls.test = {
    public: `${address}/api/v3`, private: `${address}/api/v3`, v1: `${address}/api/v1`, sapi: `${address}/sapi/v1`,
    ws: { spot: `${sockets}/ws`, 'ws-api': { spot: `${sockets}/ws-api/v3` } },
};
exchange.setSandboxMode (true);
await exchange.loadHttpProxyAgent ();
await exchange.loadMarkets ();

// Prices are whole ticks here, and quantities whole lots: sums of binary fractions are never sent.
const { precision } = exchange.market (market);
const ticksOf = price => Math.round (price / precision.price);
const priceOf = ticks => exchange.priceToPrecision (market, ticks * precision.price);
const amount = exchange.amountToPrecision (market, lots * precision.amount);

// Names are used once, for ever: this part of them is new in each run.
const run = Date.now ().toString (36);
const working = new Map ();
const traded = new Set ();
let [count, done, stopping] = [0, 0, false];

/** Places an order until its outcome is known: sent again under its name it is a duplicate when it was there all along. */
async function place (side, ticks) {
    const name = `grid-${run}-${++count}`;
    working.set (name, { side, ticks });
    for (;;) {
        try {
            await exchange.createOrder (market, 'limit', side, amount, priceOf (ticks), { newClientOrderId: name, timeInForce: 'GTC' });
            break;
        } catch (error) {
            if (error instanceof ccxt.InvalidOrder && error.message.includes ('Duplicate')) {
                break;
            }
            if (!(error instanceof ccxt.NetworkError) && !error.message.includes ('-1008')) {
                throw error;
            }
            console.log (`${name}: asking again after ${error.constructor.name}`);
        }
    }
    console.log (`${name}: ${side} ${amount} at ${priceOf (ticks)}`);
}

/** What a filled order is answered with: its opposite, a step away. */
async function filled (order) {
    const quote = working.get (order.clientOrderId);
    if (!quote || order.status !== 'closed' || stopping) {
        return;
    }
    working.delete (order.clientOrderId);
    traded.add (order.id);
    if (quote.side === 'sell' && ++done >= rounds) {
        stopping = true;
        return;
    }
    await place (quote.side === 'buy' ? 'sell' : 'buy', quote.ticks + (quote.side === 'buy' ? stepTicks : -stepTicks));
}

/** What was filled before it was watched, or while the connection was lost. */
async function catchUp () {
    const open = new Set ((await exchange.fetchOpenOrders (market)).map (order => order.clientOrderId));
    for (const name of [...working.keys ()].filter (name => !open.has (name))) {
        await filled (await exchange.fetchOrder (undefined, market, { origClientOrderId: name }));
    }
}

process.on ('SIGINT', () => { stopping = true; exchange.close (); });
const book = await exchange.fetchOrderBook (market, 5);
for (let i = 0; i < levels; i++) {
    await place ('buy', ticksOf (book.bids[0][0]) - i * stepTicks);
}
while (!stopping) {
    try {
        // The first call subscribes; its promise is of what comes after that, so that nothing lies between the two.
        const next = exchange.watchOrders (market);
        await catchUp ();
        for (const order of stopping ? [] : await next) {
            await filled (order);
        }
    } catch (error) {
        if (stopping) {
            break;
        }
        if (!(error instanceof ccxt.NetworkError)) {
            throw error;
        }
        console.log (`connecting again after ${error.constructor.name}`);
    }
}
await exchange.cancelAllOrders (market).catch (error => { if (!(error instanceof ccxt.OrderNotFound)) { throw error; } });
const trades = (await exchange.fetchMyTrades (market)).filter (trade => traded.has (trade.order));
console.log (`${done} round trips of ${stepTicks} ticks, ${trades.length} trades`);
await exchange.close ();
process.exit (done >= rounds ? 0 : 1);
