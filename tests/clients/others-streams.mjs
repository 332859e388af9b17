// A smoke run of other clients over WebSocket, unmodified.
import binanceApiNode from 'binance-api-node';
import { Spot } from '@binance/spot';
import { MainClient } from 'binance';
import WebSocket from 'ws';
import { address, assert, check, end, symbol, until } from './exchange.mjs';

const [apiKey, apiSecret] = ['demo-bob', 'demo-bob-secret'];
const sockets = address.replace ('http', 'ws');
const client = (binanceApiNode.default ?? binanceApiNode) ({ apiKey, apiSecret, httpBase: address, wsBase: `${sockets}/ws` });
const order = (side, price) => client.order ({ symbol, side, type: 'LIMIT', quantity: '0.01', price });

await check ('binance-api-node', async () => {
    const trades = [];
    const stop = client.ws.trades ([symbol], trade => trades.push (trade));
    // Nobody tells when a stream is followed: trades are made until one was seen.
    await until ('a trade', async () => {
        await order ('SELL', '60000');
        await order ('BUY', '60000');
        return trades.length > 0;
    });
    assert.deepEqual ([trades[0].price, trades[0].quantity], ['60000.00000000', '0.01000000']);
    stop ();
});
await check ('binance: the account by a listen key', async () => {
    const main = new MainClient ({ api_key: apiKey, api_secret: apiSecret, baseUrl: address });
    const { listenKey } = await main.getSpotUserDataListenKey ();
    await main.keepAliveSpotUserDataListenKey (listenKey);
    const events = [];
    const socket = new WebSocket (`${sockets}/ws/${listenKey}`);
    socket.on ('message', text => events.push (JSON.parse (text)));
    let last;
    const report = await until ('a report', async () => {
        last = await order ('BUY', '50000');
        return events.find (event => event.e === 'executionReport');
    });
    assert.deepEqual ([report.s, report.S, report.p, report.x], [symbol, 'BUY', '50000.00000000', 'NEW']);
    await client.cancelOpenOrders ({ symbol });
    await until ('its end', () => events.some (event => event.i === last.orderId && event.x === 'CANCELED'));
    await main.closeSpotUserDataListenKey (listenKey);
    socket.close ();
});
await check ('@binance/spot', async () => {
    const { websocketStreams } = new Spot ({ configurationWebsocketStreams: { wsURL: sockets } });
    const connection = await websocketStreams.connect ();
    const best = [];
    connection.bookTicker ({ symbol: symbol.toLowerCase () }).on ('message', message => best.push (message));
    await until ('a best price', async () => {
        await order ('SELL', '60001');
        return best.length > 0;
    });
    assert.equal (best[0].a, '60001.00000000');
    await connection.disconnect ();
});
await check ('names, ids and wraps as they were sent', async () => {
    const socket = new WebSocket (`${sockets}/stream?streams=${symbol.toLowerCase ()}@depth5@100ms/${symbol.toLowerCase ()}@miniTicker`);
    const messages = [];
    socket.on ('message', text => messages.push (JSON.parse (text)));
    await until ('both', () => new Set (messages.map (message => message.stream)).size === 2);
    const book = messages.find (message => message.stream.includes ('depth5')).data;
    assert.deepEqual (book.asks.map (level => level[0]), ['60001.00000000']);
    socket.send (JSON.stringify ({ method: 'LIST_SUBSCRIPTIONS', id: 'mine' }));
    await until ('the list', () => messages.some (message => message.id === 'mine' && message.result.length === 2));
    socket.send (JSON.stringify ({ method: 'UNSUBSCRIBE', params: [`${symbol.toLowerCase ()}@miniTicker`], id: 7 }));
    await until ('the end of one', () => messages.some (message => message.id === 7 && message.result === null));
    socket.send (JSON.stringify ({ method: 'SUBSCRIBE', params: ['nope@trade'], id: 8 }));
    await until ('a refusal', () => messages.some (message => message.id === 8 && message.error?.code === 2));
    socket.send ('{');
    await until ('another', () => messages.some (message => message.error?.code === 3));
    socket.close ();
});
await check ('windows and the average price, of one symbol and of all', async () => {
    const name = symbol.toLowerCase ();
    const socket = new WebSocket (`${sockets}/stream?streams=${name}@ticker_1h/${name}@ticker_4h/${name}@ticker_1d/!ticker_1h@arr/${name}@avgPrice`);
    const told = new Map ();
    socket.on ('message', text => { const { stream, data } = JSON.parse (text); told.set (stream, data); });
    await until ('all five', () => told.size === 5);
    const [hour, day] = [told.get (`${name}@ticker_1h`), told.get (`${name}@ticker_1d`)];
    assert.deepEqual ([hour.e, told.get (`${name}@ticker_4h`).e, day.e], ['1hTicker', '4hTicker', '1dTicker']);
    assert.deepEqual ([hour.s, hour.c, hour.h, hour.l, hour.o, hour.w, hour.p, hour.P], [symbol, '60000.00000000', '60000.00000000', '60000.00000000', '60000.00000000', '60000.00000000', '0.00000000', '0.000']);
    assert.ok (hour.n > 0 && hour.C - hour.O < 3_660_000 && day.O <= hour.O && hour.L >= hour.F && Number (hour.v) > 0);
    assert.equal (hour.b, undefined);
    assert.deepEqual (told.get ('!ticker_1h@arr').map (ticker => [ticker.e, ticker.s]).filter (([, of]) => of === symbol), [['1hTicker', symbol]]);
    const average = told.get (`${name}@avgPrice`);
    assert.deepEqual ([average.e, average.s, average.i, average.w], ['avgPrice', symbol, '5m', '60000.00000000']);
    assert.ok (average.T <= average.E && average.T > average.E - 300_000);

    // A trade is in all of them a second later.
    await order ('SELL', '59000');
    await order ('BUY', '59000');
    await until ('the trade', () => told.get (`${name}@ticker_1h`).l === '59000.00000000' && Number (told.get (`${name}@avgPrice`).w) < 60000);
    socket.send (JSON.stringify ({ method: 'SUBSCRIBE', params: [`${name}@ticker_2h`], id: 9 }));
    socket.on ('message', text => { const { id, error } = JSON.parse (text); if (id === 9) { told.set ('refused', error.code); } });
    await until ('a refusal', () => told.get ('refused') === 2);
    socket.close ();
});
await check ('tickers of all symbols in one stream', async () => {
    const socket = new WebSocket (`${sockets}/ws/!miniTicker@arr`);
    const lists = [];
    socket.on ('message', text => lists.push (JSON.parse (text)));
    await until ('a list', () => lists.some (list => list.some (ticker => ticker.e === '24hrMiniTicker' && ticker.s === symbol && ticker.c === '59000.00000000')));
    socket.close ();
});
end ();
