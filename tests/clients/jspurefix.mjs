// jspurefix, a FIX engine of its own: logs on, enters an order, and cancels it. Its second argument is the exchange's port for FIX.
import 'reflect-metadata';
import jspurefix from 'jspurefix';
import { assert, check, end } from './exchange.mjs';

const { AsciiSession, JsFixWinstonLogFactory, SessionLauncher, WinstonLogger } = jspurefix;
const waiting = [];
const unread = [];
let session;

/** The next message of a type that is so. */
function next (type, isSo = () => true) {
    const at = unread.findIndex (message => message.type === type && isSo (message));
    return at >= 0 ? Promise.resolve (unread.splice (at, 1)[0]) : new Promise ((resolve, reject) => {
        const late = setTimeout (() => reject (new Error (`no ${type} came; there were ${JSON.stringify (unread)}`)), 30000);
        waiting.push ({ type, isSo, resolve: message => { clearTimeout (late); resolve (message); } });
    });
}

/** Gives a message to who waits for it. */
function take (message) {
    const at = waiting.findIndex (one => one.type === message.type && one.isSo (message));
    if (at >= 0) {
        waiting.splice (at, 1)[0].resolve (message);
    } else {
        unread.push (message);
    }
}

class Desk extends AsciiSession {
    constructor (config) {
        super (config);
        session = this;
    }

    onApplicationMsg (type, view) { take ({ type, ...view.toObject () }); }
    onReady () { take ({ type: 'ready' }); }
    onStopped () { take ({ type: 'stopped' }); }
    onLogon () { return true; }
    onDecoded (_, text) { console.log (`< ${text}`); }
    onEncoded (_, text) { console.log (`> ${text}`); }
}

class Launcher extends SessionLauncher {
    makeFactory () { return { makeSession: config => new Desk (config) }; }
}

const launcher = new Launcher ({
    application: {
        type: 'initiator', name: 'desk', protocol: 'ascii', dictionary: 'qf44', reconnectSeconds: 1,
        tcp: { host: '127.0.0.1', port: Number (process.argv[3]) },
    },
    Password: 'demo-alice', EncryptMethod: 0, ResetSeqNumFlag: true, HeartBtInt: 30,
    SenderCompId: 'DESK-1', TargetCompID: 'QUANTUMCORE', BeginString: 'FIX.4.4',
}, null, new JsFixWinstonLogFactory (WinstonLogger.consoleOptions ('error')));
const running = launcher.run ();

await check ('logs on', () => next ('ready'));
const order = { Instrument: { Symbol: 'AAPL' }, Side: '1' };
await check ('a limit order rests', async () => {
    session.send ('D', {
        ...order, ClOrdID: 'o1', TransactTime: new Date (), OrdType: '2', OrderQtyData: { OrderQty: 10 }, Price: 140.25,
        TimeInForce: '1',
    });
    const report = await next ('8', message => message.ClOrdID === 'o1');
    assert.deepEqual ([report.ExecType, report.OrdStatus, report.LeavesQty, report.Price], ['0', '0', 10, 140.25]);
});
await check ('and is cancelled', async () => {
    session.send ('F', { ...order, ClOrdID: 'c1', OrigClOrdID: 'o1', TransactTime: new Date (), OrderQtyData: { OrderQty: 10 } });
    const report = await next ('8', message => message.ClOrdID === 'c1');
    assert.deepEqual ([report.ExecType, report.OrdStatus, report.OrigClOrdID, report.LeavesQty], ['4', '4', 'o1', 0]);
});
await check ('logs out', async () => {
    session.done ();
    await next ('stopped');
    await running;
});
end ();
