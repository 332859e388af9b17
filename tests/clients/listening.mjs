// ccxt pro, unmodified. Records confirmed subscriptions, which ccxt receives but does not report.
import ccxt from 'ccxt';
import { until } from './exchange.mjs';

export class Listening extends ccxt.pro.binance {
    confirmed = new Set ();

    handleMessage (client, message) {
        if (message.result === null || message.result?.subscriptionId !== undefined) {
            this.confirmed.add (`${client.url} ${message.id}`);
        }
        return super.handleMessage (client, message);
    }

    /** Waits until at least this many subscriptions, and all requested ones, are confirmed. */
    async followed (least = 1) {
        await until ('the streams', () => {
            const asked = Object.values (this.clients).flatMap (client => Object.values (client.subscriptions)
                .filter (subscription => subscription?.id !== undefined).map (subscription => `${client.url} ${subscription.id}`));
            return this.confirmed.size >= least && asked.every (one => this.confirmed.has (one));
        });
    }
}
