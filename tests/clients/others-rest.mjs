// A smoke run of other clients over REST, unmodified.
import binanceApiNode from 'binance-api-node';
import { MainClient } from 'binance';
import { Spot } from '@binance/spot';
import { address, assert, check, end, symbol } from './exchange.mjs';

const [apiKey, apiSecret] = ['demo-bob', 'demo-bob-secret'];

await check ('binance-api-node', async () => {
    const client = (binanceApiNode.default ?? binanceApiNode) ({ apiKey, apiSecret, httpBase: address });
    assert.equal (await client.ping (), true);
    assert.equal ((await client.exchangeInfo ()).symbols[0].symbol, symbol);
    const order = await client.order ({ symbol, side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '50000', newClientOrderId: 'node-1' });
    assert.equal (order.status, 'NEW');
    assert.equal ((await client.openOrders ({ symbol })).length, 1);
    assert.equal ((await client.cancelOrder ({ symbol, orderId: order.orderId })).status, 'CANCELED');
    const pair = await client.orderOco ({ symbol, side: 'SELL', quantity: '0.02', price: '70000', stopPrice: '50000', stopLimitPrice: '49000', stopLimitTimeInForce: 'GTC', listClientOrderId: 'pair-1', limitClientOrderId: 'pair-a', stopClientOrderId: 'pair-b' });
    assert.deepEqual ([pair.contingencyType, pair.listClientOrderId, pair.orders.map (one => one.clientOrderId)], ['OCO', 'pair-1', ['pair-a', 'pair-b']]);
    const legs = await client.openOrders ({ symbol });
    assert.deepEqual (legs.map (one => [one.type, one.price, one.stopPrice]), [['LIMIT_MAKER', '70000.00000000', '0.00000000'], ['STOP_LOSS_LIMIT', '49000.00000000', '50000.00000000']]);
    await client.cancelOrder ({ symbol, orderId: legs[0].orderId });
    assert.equal ((await client.openOrders ({ symbol })).length, 0);
    const below = await client.orderOco ({ symbol, side: 'BUY', quantity: '0.02', price: '40000', stopPrice: '80000' });
    assert.deepEqual ((await client.openOrders ({ symbol })).map (one => one.type).sort (), ['LIMIT_MAKER', 'STOP_LOSS']);
    await client.cancelOrder ({ symbol, orderId: below.orders[0].orderId });
    assert.ok ((await client.accountInfo ()).balances.some (balance => balance.asset === 'USDT'));
    await assert.rejects (() => client.order ({ symbol, side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '50000', newClientOrderId: 'node-1' }),
        error => error.code === -2010 && error.message === 'Duplicate order sent.');
});
await check ('binance', async () => {
    const client = new MainClient ({ api_key: apiKey, api_secret: apiSecret, baseUrl: address });
    assert.equal ((await client.getExchangeInfo ()).symbols[0].symbol, symbol);
    const list = await client.submitNewOrderList ({
        symbol, side: 'SELL', quantity: 0.02, aboveType: 'LIMIT_MAKER', abovePrice: 70000, belowType: 'STOP_LOSS', belowStopPrice: 50000 });
    assert.deepEqual ([list.contingencyType, list.orders.length, list.orderReports.length], ['OCO', 2, 2]);
    assert.equal ((await client.getOpenOrders ({ symbol })).length, 2);
    assert.equal ((await client.cancelOrder ({ symbol, orderId: list.orders[0].orderId })).status, 'CANCELED');
    assert.equal ((await client.getOpenOrders ({ symbol })).length, 0);
    const order = await client.submitNewOrder ({ symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.01, price: 50000 });
    assert.equal (order.status, 'NEW');
    assert.equal ((await client.getOrder ({ symbol, orderId: order.orderId })).status, 'NEW');
    assert.equal ((await client.getOrderRateLimit ()).length, 2);
    assert.equal ((await client.cancelAllSymbolOrders ({ symbol })).length, 1);
    assert.ok ((await client.getAccountInformation ()).canTrade);
});
await check ('@binance/spot', async () => {
    const { restAPI } = new Spot ({ configurationRestAPI: { apiKey, apiSecret, basePath: address } });
    assert.equal ((await (await restAPI.exchangeInfo ()).data ()).symbols[0].symbol, symbol);
    const order = await (await restAPI.newOrder ({ symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 0.01, price: 50000 })).data ();
    assert.equal (order.status, 'NEW');
    const amended = await (await restAPI.orderAmendKeepPriority ({ symbol, orderId: order.orderId, newQty: 0.005 })).data ();
    assert.deepEqual ([amended.amendedOrder.orderId, amended.amendedOrder.qty], [order.orderId, '0.00500000']);
    const cancelled = await (await restAPI.deleteOrder ({ symbol, orderId: order.orderId })).data ();
    assert.equal (cancelled.status, 'CANCELED');
    assert.equal ((await (await restAPI.getAccount ()).data ()).accountType, 'SPOT');
});
end ();
