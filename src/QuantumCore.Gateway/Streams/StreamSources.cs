using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Alerts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>Makes what a connection follows; who asked for it starts it.</summary>
internal sealed class StreamSources(
    BookFeeds feeds, OrderByOrderFeeds orders, MarketPulse pulse, PriceAlerts alerts, OrderEntry entry, Listings listings, TimeProvider time, ILogger<StreamSources> log)
{
    /// <summary>An account is told at most this often.</summary>
    private static readonly TimeSpan s_account = TimeSpan.FromMilliseconds(50);

    /// <summary>A book, merged over an interval.</summary>
    public IStreamSource Book(Instrument instrument, bool inTicks, TimeSpan interval, Action<IStreamSource> ready)
    {
        ConflatedBook book = null!;
        book = new ConflatedBook(feeds.Of(instrument), pulse, instrument, inTicks, new Pacing(interval, time, () => ready(book)));
        return book;
    }

    /// <summary>A book order by order, told at most once in an interval.</summary>
    public IStreamSource OrderByOrder(Instrument instrument, bool inTicks, TimeSpan interval, Action<IStreamSource> ready)
    {
        OrderByOrderSource source = null!;
        source = new OrderByOrderSource(orders.Of(instrument), inTicks, time, new Pacing(interval, time, () => ready(source)));
        return source;
    }

    /// <summary>The tickers of all symbols.</summary>
    public IStreamSource Tickers(Action<IStreamSource> ready)
    {
        TickerSource tickers = null!;
        tickers = new TickerSource(pulse, () => ready(tickers));
        return tickers;
    }

    /// <summary>An account's balances and orders, as long as the connection's holder may see them.</summary>
    public IStreamSource Account(StreamHolder holder, Action<IStreamSource> ready)
    {
        AccountSource source = null!;
        source = new AccountSource(holder, entry, listings, time, new Pacing(s_account, time, () => ready(source)), log);
        return source;
    }

    /// <summary>The price alerts of an account, as long as the connection's holder may see them.</summary>
    public IStreamSource Alerts(StreamHolder holder, Action<IStreamSource> ready)
    {
        AlertSource source = null!;
        source = new AlertSource(holder, alerts, new Pacing(s_account, time, () => ready(source)), log);
        return source;
    }
}
