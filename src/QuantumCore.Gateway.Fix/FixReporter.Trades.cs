using System.Threading.Channels;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Following;

namespace QuantumCore.Gateway.Fix;

// Changes of earlier trades.
internal sealed partial class FixReporter
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    // Trades of orders that are done.
    private readonly Channel<TradeChangedEvent> _pastTrades =
        Channel.CreateUnbounded<TradeChangedEvent>(new UnboundedChannelOptions { SingleReader = true });
    private volatile bool _hasStopped;

    /// <summary>
    /// Reports a changed trade. For an open order, it keeps the sequence of the order's other events. A done order has
    /// no more events, and the history is asked for it.
    /// </summary>
    private void Tell(TradeChangedEvent told)
    {
        if (told.Order is { } order)
            Send(told, order, Shown(order));
        else
            _pastTrades.Writer.TryWrite(told);
    }

    /// <summary>
    /// Reports changed trades of done orders, apart from other reports, so that a late history delays none of those.
    /// </summary>
    private async Task TellPast()
    {
        await foreach (var told in _pastTrades.Reader.ReadAllAsync())
        {
            if (await Past(told) is { } order)
                Send(told, order, LastNameOf(order));
        }
    }

    /// <summary>Returns a done order from the history; null if the session ended first.</summary>
    private async ValueTask<PastOrder?> Past(TradeChangedEvent told)
    {
        while (!_hasStopped)
        {
            try
            {
                if (await services.Accounts.Orders(
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

    /// <summary>Returns the session's last name of an order.</summary>
    private string LastNameOf(PastOrder order)
    {
        lock (_lock)
        {
            foreach (var (shown, name) in _named)
            {
                if (name == order.ClientOrderId)
                    return shown;
            }
        }

        return order.ClientOrderId;
    }

    private FixRoute RouteOf(PastOrder order)
    {
        lock (_lock)
            return _routes.GetValueOrDefault(order.ClientOrderId);
    }

    private void Send(TradeChangedEvent told, PastOrder order, string name) =>
        _session.Send(
            "8", to => FixReports.WriteTradeChanged(to, holder.Account, told, order, name), route: RouteOf(order));
}
