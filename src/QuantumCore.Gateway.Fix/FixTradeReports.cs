using System.Threading.Channels;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;

namespace QuantumCore.Gateway.Fix;

/// <summary>Reports changes of earlier trades to a session.</summary>
internal sealed class FixTradeReports(FixServices services, FixHolder holder, FixOrderNames names)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    // Trades of orders that are done.
    private readonly Channel<TradeChangedEvent> _pastTrades =
        Channel.CreateUnbounded<TradeChangedEvent>(new UnboundedChannelOptions { SingleReader = true });
    private FixSession _session = null!;
    private volatile bool _hasStopped;

    /// <summary>Starts to report to a session.</summary>
    public void Start(FixSession session)
    {
        _session = session;
        _ = services.GuardAsync(session, TellPastAsync());
    }

    /// <summary>Stops; nothing more is reported.</summary>
    public void Stop()
    {
        _hasStopped = true;
        _pastTrades.Writer.TryComplete();
    }

    /// <summary>
    /// Reports a changed trade. For an open order, it keeps the sequence of the order's other events. A done order has
    /// no more events, and the history is asked for it.
    /// </summary>
    public void Tell(TradeChangedEvent told)
    {
        if (told.Order is { } order)
            Send(told, order, names.Shown(order));
        else
            _pastTrades.Writer.TryWrite(told);
    }

    /// <summary>
    /// Reports changed trades of done orders, apart from other reports, so that a late history delays none of those.
    /// </summary>
    private async Task TellPastAsync()
    {
        await foreach (var told in _pastTrades.Reader.ReadAllAsync())
        {
            if (await PastAsync(told) is { } order)
                Send(told, order, names.LastNameOf(order));
        }
    }

    /// <summary>Returns a done order from the history; null if the session ended first.</summary>
    private async ValueTask<PastOrder?> PastAsync(TradeChangedEvent told)
    {
        while (!_hasStopped)
        {
            try
            {
                if (await services.Accounts.OrdersAsync(
                    new OrderQuery(
                        holder.Account, told.Book.Instrument.Symbol, told.Number, HasChain: true)) is [var order])
                    return order;
            }
            catch (Exception error)
            {
                Log.CallFailed(services.Log, "Orders", holder.Account, 1, error);
            }

            await Task.Delay(s_rest, services.Time, CancellationToken.None);
        }

        return null;
    }

    private void Send(TradeChangedEvent told, PastOrder order, string name) =>
        _session.Send(
            "8", to => FixReports.WriteTradeChanged(to, holder.Account, told, order, name),
            route: names.RouteOf(order));
}
