using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Alerts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>Makes the sources of a connection's channels; the caller starts them.</summary>
internal sealed class StreamSources(
    BookFeeds feeds, OrderByOrderFeeds orders, MarketPulse pulse, PriceAlerts alerts, AccountQueries accounts,
    Listings listings, TimeProvider time, ILogger<StreamSources> log)
{
    /// <summary>Minimum interval between messages of an account channel.</summary>
    private static readonly TimeSpan s_account = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes a book, merged over an interval.</summary>
    public IStreamSource Book(Instrument instrument, bool inTicks, TimeSpan interval, Action<IStreamSource> ready)
    {
        ConflatedBook book = null!;
        book = new ConflatedBook(
            feeds.Of(instrument), pulse, instrument, inTicks, new Pacing(interval, time, () => ready(book)));
        return book;
    }

    /// <summary>Makes a market-by-order book, sent at most once per interval.</summary>
    public IStreamSource OrderByOrder(
        Instrument instrument, bool inTicks, TimeSpan interval, Action<IStreamSource> ready)
    {
        OrderByOrderSource source = null!;
        source = new OrderByOrderSource(
            orders.Of(instrument), inTicks, time, new Pacing(interval, time, () => ready(source)));
        return source;
    }

    /// <summary>Makes the tickers of all symbols.</summary>
    public IStreamSource Tickers(Action<IStreamSource> ready)
    {
        TickerSource tickers = null!;
        tickers = new TickerSource(pulse, () => ready(tickers));
        return tickers;
    }

    /// <summary>Makes an account's balances and orders, as long as the connection's holder may see them.</summary>
    public IStreamSource Account(StreamHolder holder, Action<IStreamSource> ready)
    {
        AccountSource source = null!;
        source = new AccountSource(
            holder, accounts, listings, time, new Pacing(s_account, time, () => ready(source)), log);
        return source;
    }

    /// <summary>Makes the price alerts of an account, as long as the connection's holder may see them.</summary>
    public IStreamSource Alerts(StreamHolder holder, Action<IStreamSource> ready)
    {
        AlertSource source = null!;
        source = new AlertSource(holder, alerts, new Pacing(s_account, time, () => ready(source)), log);
        return source;
    }
}
